// On narrow pages and on paper a row of a wide table is a card: each cell says what it holds.
"use strict";
function labelCells() {
  document.querySelectorAll("table.stack:not(.labelled)").forEach((table) => {
    const names = [...table.querySelectorAll("thead tr:last-child > *")].map((header) => header.textContent.trim());
    [...table.tBodies].flatMap((body) => [...body.rows]).forEach((row) => {
      [...row.cells].forEach((cell, place) => { cell.dataset.label = names[place] ?? ""; });
    });
    table.classList.add("labelled");
  });
}
