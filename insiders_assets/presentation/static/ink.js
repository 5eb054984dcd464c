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

// On an axis in time, days that lie close together cannot all be named: the last is, and of the others those with room.
const LABEL_WIDTH = 64;
function spaced(layout, width) {
  const { type, tickvals, ticktext } = layout.xaxis ?? {};
  if (type !== "date" || !tickvals || tickvals.length < 3) return layout;
  const days = tickvals.map((day) => Date.parse(day));
  const near = (LABEL_WIDTH * (days[days.length - 1] - days[0])) / Math.max(width - 100, 1);
  const kept = [days.length - 1];
  for (let place = days.length - 2; place >= 0; place -= 1) {
    if (days[kept[0]] - days[place] >= near) kept.unshift(place);
  }
  const pick = (list) => kept.map((place) => list[place]);
  return { ...layout, xaxis: { ...layout.xaxis, tickvals: pick(tickvals), ticktext: pick(ticktext) } };
}
