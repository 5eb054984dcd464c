// The page's behaviour: charts drawn when they come near, tables that sort and search. Without it the page still reads.
"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const config = { displayModeBar: false, responsive: true, scrollZoom: false, showLink: false };
  const drawn = new Set();

  function draw(place) {
    const name = place.dataset.figure;
    if (drawn.has(name) || !figures[name] || typeof Plotly === "undefined") return;
    drawn.add(name);
    place.textContent = "";
    const layout = { ...figures[name].layout };
    if (place.clientWidth < 600) {
      // On a phone a long legend would leave no room for the drawing; the cards below name the clusters.
      layout.showlegend = name !== "map";
      // Nor would long names beside it.
      if (layout.yaxis.ticktext) {
        layout.yaxis = { ...layout.yaxis, ticktext: layout.yaxis.ticktext.map(folded), tickfont: { size: 11 } };
      }
    }
    Plotly.newPlot(place, figures[name].data, inked(spaced(layout, place.clientWidth)), config);
  }

  // The height inside padding and border.
  function inner(place) {
    const style = getComputedStyle(place);
    return place.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  }

  function folded(text) {
    return text.replace(/(.{1,18})(\s+|$)/g, "$1<br>").slice(0, -"<br>".length);
  }

  const places = [...document.querySelectorAll("[data-figure]")];
  // A chart that follows the page's width takes the height of its place: it is given the one it was made for.
  places.filter((place) => figures[place.dataset.figure] && place.dataset.figure !== "map").forEach((place) => {
    place.style.minHeight = `${figures[place.dataset.figure].layout.height + place.offsetHeight - inner(place)}px`;
  });
  const near = new IntersectionObserver(
    (seen) => seen.filter((entry) => entry.isIntersecting).forEach((entry) => draw(entry.target)),
    { rootMargin: "600px" },
  );
  places.forEach((place) => near.observe(place));

  const sized = (size, below) => ({
    "font.size": size, "xaxis.title.font.size": size, "yaxis.title.font.size": size, "margin.b": below,
  });

  // Paper has another width than the screen, and shows every chart.
  window.addEventListener("beforeprint", () => {
    places.forEach((place) => {
      draw(place);
      // The cards below the map name the clusters: its legend would leave no room for it.
      const isMap = place.dataset.figure === "map";
      const paper = { width: 680, height: isMap ? 300 : 170, autosize: false, ...(isMap ? { showlegend: false } : sized(10, 28)) };
      if (drawn.has(place.dataset.figure)) Plotly.relayout(place, paper);
      place.style.minHeight = "0";
    });
  });
  window.addEventListener("afterprint", () => {
    places.forEach((place) => {
      const height = figures[place.dataset.figure]?.layout.height;
      const isMap = place.dataset.figure === "map";
      const back = isMap ? { showlegend: place.clientWidth >= 600 } : sized(13, figures[place.dataset.figure]?.layout.margin.b);
      if (drawn.has(place.dataset.figure)) Plotly.relayout(place, { width: null, height, autosize: true, ...back });
    });
  });

  labelCells();

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const value = (cell) => (cell.dataset.sort === undefined ? cell.textContent.trim() : cell.dataset.sort);

  function compare(one, other) {
    if (one === "" || other === "") return (one === "") - (other === "");
    const difference = Number(one) - Number(other);
    return Number.isNaN(difference) ? collator.compare(one, other) : difference;
  }

  function sort(table, header) {
    const column = [...header.parentNode.children].indexOf(header);
    const falls = header.getAttribute("aria-sort") === "descending";
    const way = falls ? "ascending" : header.hasAttribute("aria-sort") ? "descending" : first(table, column);
    [...header.parentNode.children].forEach((other) => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", way);
    const sign = way === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows].map((row) => [value(row.cells[column]), row]);
    rows.sort(([one], [other]) => (one === "" || other === "" ? compare(one, other) : sign * compare(one, other)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }

  // Numbers are first asked for from the highest, words from the beginning of the alphabet.
  function first(table, column) {
    const row = table.tBodies[0].rows[0];
    return row && row.cells[column].dataset.sort !== undefined ? "descending" : "ascending";
  }

  document.querySelectorAll("table.sortable").forEach((table) => {
    table.querySelectorAll("thead th").forEach((header) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => sort(table, header));
    });
  });

  document.querySelectorAll("input[data-table]").forEach((input) => {
    const rows = [...document.getElementById(input.dataset.table).tBodies[0].rows];
    const found = input.closest(".search").querySelector(".found");
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLocaleLowerCase();
      let count = 0;
      rows.forEach((row) => {
        row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
        count += !row.hidden;
      });
      found.textContent = wanted ? `${count} / ${rows.length}` : "";
    });
  });

  const links = new Map([...document.querySelectorAll(".bar nav a")].map((link) => [link.hash.slice(1), link]));
  const passing = new IntersectionObserver(
    (seen) => seen.filter((entry) => entry.isIntersecting).forEach((entry) => {
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }),
    { rootMargin: "-40% 0px -55%" },
  );
  document.querySelectorAll("main > section").forEach((section) => passing.observe(section));
})();
