"""What experiments have brought."""

from insiders_assets.language.slots import Kind, text

_ABOUT = {"arm": Kind.NAME, "control": Kind.NAME, "measure": Kind.TEXT}
_RANGE = {"low": Kind.TEXT, "high": Kind.TEXT, "days": Kind.NUMBER}

TEXTS = {
    "experiment.measure.revenue": text("revenue"),
    "experiment.measure.orders": text("orders"),
    "experiment.measure.margin": text("margin"),
    "experiment.measure.return_visits": text("return visits"),
    "experiment.money": text("%(amount)s", amount=Kind.MONEY),
    "experiment.number": text("%(amount)s", amount=Kind.NUMBER),
    "experiment.more": text(
        "%(arm)s brings %(more)s more %(measure)s per customer than %(control)s in %(days)s days (+%(share)s; 95 %% "
        "interval %(low)s to %(high)s).",
        **_ABOUT, **_RANGE, more=Kind.TEXT, share=Kind.PERCENT,
    ),
    "experiment.less": text(
        "%(arm)s brings %(more)s less %(measure)s per customer than %(control)s in %(days)s days (-%(share)s; 95 %% "
        "interval %(low)s to %(high)s).",
        **_ABOUT, **_RANGE, more=Kind.TEXT, share=Kind.PERCENT,
    ),
    "experiment.open": text(
        "No difference in %(measure)s between %(arm)s and %(control)s is shown yet: after %(days)s days it lies "
        "between %(low)s and %(high)s per customer.",
        **_ABOUT, **_RANGE,
    ),
    "experiment.nothing": text(
        "The experiment is over and shows no difference in %(measure)s between %(arm)s and %(control)s: in %(days)s "
        "days it lies between %(low)s and %(high)s per customer.",
        **_ABOUT, **_RANGE,
    ),
    "experiment.early": text(
        "Too early to tell %(measure)s of %(arm)s from that of %(control)s: fewer than %(fewest)s customers of one "
        "have bought.",
        **_ABOUT, fewest=Kind.NUMBER,
    ),
    "experiment.doubtful": text(
        "Do not go by %(arm)s beside %(control)s: the arms are no longer what was drawn, more customers have gone from "
        "one than chance takes.",
        arm=Kind.NAME, control=Kind.NAME,
    ),
    "experiment.guardrail": text("Guardrail: %(sentences)s", sentences=Kind.SENTENCES),
    "experiment.cost": text("It costs %(total)s.", total=Kind.MONEY),
    "experiment.pays": text("It costs %(total)s and pays for itself.", total=Kind.MONEY),
    "experiment.loses": text("It costs %(total)s, more than it can bring.", total=Kind.MONEY),
    "experiment.may_pay": text(
        "It costs %(total)s; whether it pays for itself is not shown yet.", total=Kind.MONEY
    ),
}  # fmt: skip
