// The pages' behaviour: charts drawn after every swap, the budget's slider, and a word when something new comes.
"use strict";
(() => {
  document.documentElement.classList.add("scripted");
  const config = { displayModeBar: false, responsive: true, scrollZoom: false, showLink: false };
  const MONTH_WIDTH = 36;
  const json = (id) => JSON.parse(document.getElementById(id)?.textContent || "{}");

  function draw() {
    const figures = json("figures");
    document.querySelectorAll("[data-figure]").forEach((place) => {
      const figure = figures[place.dataset.figure];
      if (!figure || place.dataset.drawn || typeof Plotly === "undefined") return;
      place.dataset.drawn = "yes";
      place.textContent = "";
      // A chart that follows the page's width takes the height of its place: it is given the one it was made for.
      const style = getComputedStyle(place);
      const around = place.offsetHeight - place.clientHeight + parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
      if (figure.layout.height) place.style.minHeight = `${figure.layout.height + around}px`;
      const layout = place.clientWidth < 600 ? narrow(figure.layout, place) : figure.layout;
      // The table below has the amounts that bars on a phone have no room for.
      const isBare = place.dataset.figure === "moves" && place.clientWidth < 600;
      const data = isBare ? figure.data.map((trace) => ({ ...trace, textposition: "none" })) : figure.data;
      Plotly.newPlot(place, data, inked(spaced(layout, place.clientWidth)), config).then(() => {
        if (place.dataset.figure === "map") openOnClick(place);
        if (place.dataset.figure === "months") chooseOnClick(place);
        if (place.dataset.figure === "capture") budget();
      });
    });
  }

  // On a phone there is no room for a long legend (the cards below name the clusters), nor for the name of every
  // month: of some, with the year wherever it changes.
  function narrow(layout, place) {
    const small = { ...layout, legend: { ...layout.legend, font: { size: 11 } } };
    if (place.dataset.figure === "map") small.showlegend = false;
    if (place.dataset.figure === "moves") {
      const axis = { ...layout.xaxis, tickfont: { size: 9 } };
      return { ...small, xaxis: axis, yaxis: { ...layout.yaxis, title: { text: "" } } };
    }
    const { tickvals, ticktext } = layout.xaxis ?? {};
    if (!tickvals || !/^\d{4}-\d\d$/.test(tickvals[0])) return small;
    const step = Math.ceil((MONTH_WIDTH * tickvals.length) / place.clientWidth);
    if (step === 1) return small;
    const shown = tickvals.map((month, place) => [month, ticktext[place].split("<br>")[0]]).filter((_, place) => place % step === 0);
    const texts = shown.map(([month, name], place) => {
      const year = month.slice(0, 4);
      return place && shown[place - 1][0].startsWith(year) ? name : `${name}<br>${year}`;
    });
    return { ...small, xaxis: { ...layout.xaxis, tickvals: shown.map(([month]) => month), ticktext: texts } };
  }

  // A name may hold anything: it goes into the address as one piece.
  function openOnClick(place) {
    place.on("plotly_click", (event) => {
      const holder = document.createElement("textarea");
      holder.innerHTML = event.points[0].customdata[0];
      window.location.assign(`/customers/${encodeURIComponent(holder.value)}`);
    });
  }

  // A month's bar chooses those who bought last in it; the form's two lists of months do the same by keyboard.
  function chooseOnClick(place) {
    place.on("plotly_click", (event) => {
      const address = new URL(window.location);
      ["since", "until"].forEach((name) => address.searchParams.set(name, event.points[0].x));
      window.location.assign(address);
    });
  }

  // The capture curve between its points by a straight line, as the server does it.
  function at(points, taken) {
    const place = points.findIndex((point) => point[0] >= taken);
    if (place === -1) return points[points.length - 1];
    const [low, high] = [points[Math.max(place - 1, 0)], points[place]];
    if (place === 0 || high[0] === taken) return high;
    const share = (taken - low[0]) / (high[0] - low[0]);
    return [taken, low[1] + (high[1] - low[1]) * share, low[2] + (high[2] - low[2]) * share, high[3]];
  }

  function budget() {
    const form = document.querySelector("[data-budget]");
    if (!form || form.dataset.ready) return;
    form.dataset.ready = "yes";
    const { points, currency } = json("curve");
    const language = document.documentElement.lang;
    const [slider, taken, cost] = ["slider", "taken", "cost"].map((id) => document.getElementById(id));
    const size = points[points.length - 1][0];
    const share = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const style = currency ? { style: "currency", currency, maximumFractionDigits: 0 } : { maximumFractionDigits: 0 };
    const money = new Intl.NumberFormat(language, style);
    const ratio = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const chart = document.querySelector("[data-figure='capture']");
    const out = (name, text) => { document.querySelector(`[data-out='${name}']`).textContent = text; };

    function show() {
      const count = Math.min(Math.max(Math.round(Number(taken.value) || 0), 0), size);
      const [, revenue, captured, least] = at(points, count);
      const spent = count * Math.max(Number(cost.value) || 0, 0);
      slider.setAttribute("aria-valuetext", `${count}: ${share.format(captured)}`);
      out("share", share.format(captured));
      out("revenue", money.format(revenue));
      out("customers", share.format(size ? count / size : 0));
      out("least", least === null ? "–" : money.format(least));
      out("cost", money.format(spent));
      out("return", spent ? ratio.format(revenue / spent) : "–");
      const last = chart.data.length - 1;
      Plotly.restyle(chart, { x: [[count]], y: [[captured]] }, [last]);
      const address = new URL(window.location);
      address.searchParams.set("customers", count);
      if (Number(cost.value)) address.searchParams.set("cost", cost.value);
      window.history.replaceState(window.history.state, "", address);
    }

    slider.addEventListener("input", () => { taken.value = slider.value; show(); });
    taken.addEventListener("input", () => { slider.value = taken.value; show(); });
    cost.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
  }

  const news = document.getElementById("news");
  let fades;
  function say(text) {
    news.textContent = text;
    clearTimeout(fades);
    fades = setTimeout(() => { news.textContent = ""; }, 8000);
  }

  let lost = false;
  document.body.addEventListener("htmx:sendError", () => { if (!lost) say(news.dataset.lost); lost = true; });
  document.body.addEventListener("htmx:afterOnLoad", () => { lost = false; });
  document.body.addEventListener("published", () => { say(news.dataset.text); });
  // The page is asked for again as it stands in the address, with the filters and sizes chosen since it was loaded.
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type === "published") {
      event.detail.path = window.location.pathname + window.location.search;
    }
  });
  const arrange = () => { labelCells(); draw(); };
  document.body.addEventListener("htmx:afterSettle", arrange);
  document.body.addEventListener("htmx:historyRestore", arrange);
  arrange();
})();
