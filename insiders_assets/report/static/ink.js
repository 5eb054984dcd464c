// A chart is drawn in the page's own ink, which is light where the reader's screen is dark.
"use strict";
function inked(layout) {
  const style = getComputedStyle(document.documentElement);
  const [ink, grid, paper] = ["--ink", "--grid", "--paper"].map((name) => style.getPropertyValue(name).trim());
  const lines = { gridcolor: grid, linecolor: grid };
  const axes = Object.fromEntries(
    ["xaxis", "yaxis"].filter((name) => layout[name]).map((name) => [name, { ...layout[name], ...lines }]),
  );
  const hoverlabel = { ...layout.hoverlabel, bgcolor: paper, font: { ...layout.hoverlabel?.font, color: ink } };
  const annotations = layout.annotations?.map((note) => (
    { ...note, ...(note.bgcolor && { bgcolor: paper }), font: { ...note.font, color: ink } }
  ));
  return { ...layout, ...axes, hoverlabel, font: { ...layout.font, color: ink }, ...(annotations && { annotations }) };
}
