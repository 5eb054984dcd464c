"""Words of a status in languages whose exports are read by names of ours, and whose states are not: what they say."""

from __future__ import annotations

from insiders_assets.ingest.mapping.header_aliases import normalise

_SPELLED: dict[str, str] = {
    "cancelled": "anulowane anulowano anulowany anulowana odrzucone odrzucona "
    "zrusena zruseno zrusene zruseny zrusen stornovano stornovana zamitnuto "
    "torolve torolt visszavont sztorno sztornozott elutasitva "
    "iptal reddedildi makulerad makulerat avbruten avbokad annullerad annulleret annullert afbrudt avbrutt "
    "kansellert "
    "peruttu peruutettu hylatty anulat anulata respins otkazano otkazana "
    "отменен отменён отменена отменено отмена отменить аннулирован аннулировано отклонен отклонён отказ скасовано "
    "скасований ακυρωθηκε ακυρωμενη ακυρωμενο ακυρωση "
    "キャンセル キャンセル済み 取消 取消し 已取消 已关闭 交易关闭 取消済み 주문취소 취소 취소됨 بالغاء ملغي ملغى "
    "מבוטל",
    "refunded": "zwrocone zwrocono zwrot zwrotu vraceno vracena vratka visszateritve visszakuldott visszaru iade "
    "aterbetald aterbetalt returnerad returnert returneret refunderet palautettu hyvitetty rambursat returnat "
    "rucklieferung ruecklieferung rucklieferschein ruecklieferschein warenrucknahme korekta "
    "возврат возвращен возвращён возвращено повернено επιστροφη επιστραφηκε 返品 返金 返金済み 已退款 退款 退货 "
    "已退货 "
    "환불 반품 مسترجع הוחזר",
    "sold": "wyslane wyslano dostarczone oplacone zrealizowane zakonczone vyrizena vyrizeno odeslano doruceno "
    "zaplaceno "
    "teljesitve teljesitett kiszallitva fizetve teslim edildi kargoda odendi tamamlandi levererad levererat skickad "
    "betald leveret afsendt betalt sendt levert toimitettu maksettu livrat livrata platit finalizata "
    "выполнен выполнено выполнена доставлен доставлено оплачен оплачено отгружен завершен завершён виконано "
    "доставлено ολοκληρωθηκε απεσταλη πληρωθηκε 発送済み 完了 配達済み 支払済み 已完成 已发货 交易成功 已付款 "
    "已签收 배송완료 "
    "결제완료 מושלם مكتمل",
    "pending": "oczekujace oczekuje nieoplacone cekajici nezaplaceno fuggoben beklemede bekliyor vantar avventer "
    "venter "
    "obetald odottaa asteptare ожидает ожидание черновик εκκρεμει 未払い 保留 待付款 未付款 입금대기",
}
GROUPS = {group: frozenset(normalise(words).split()) for group, words in _SPELLED.items()}
"""Words by what they say, as :func:`normalise` leaves them."""
PLAIN = GROUPS["cancelled"] | GROUPS["refunded"]
"""Those that mean nothing else wherever they stand."""
