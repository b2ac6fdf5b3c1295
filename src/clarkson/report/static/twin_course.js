// The fitted hours and the hours ahead: one chart a result or a quantity of the body.
"use strict";

for (const each of drawn.charts) {
  const { hours } = drawn;
  const last = hours.length - 1, now = hours.indexOf(0);
  const said = (place) => range([each.median[place], each.low_90[place], each.high_90[place]], each.unit === "times" ? 2 : 1);
  const description = `${each.label} in ${each.unit}: at the last result ${said(now)}, at the end ${said(last)} (90 % of bodies).`;
  const values = [...each.low_90, ...each.high_90, ...each.points.flatMap((point) => [point.value])];
  const { chart, x, y } = frame(
    document.getElementById("charts"), each.label, each.unit, [hours[0], hours[last]], values, description,
  );
  for (const line of each.lines) {
    const at = y(line.y);
    if (at < CHART.top || at > CHART.height - CHART.bottom) continue;
    svg("path", { class: "line", d: `M${CHART.left} ${at}H${CHART.width - CHART.right}` }, chart);
    svg("text", { x: CHART.left + 3, y: at - 3 }, chart).textContent = line.words;
  }
  svg("path", { class: "wide", d: between(hours, each.low_90, each.high_90, x, y) }, chart);
  svg("path", { class: "narrow", d: between(hours, each.low_50, each.high_50, x, y) }, chart);
  svg("path", { class: "middle", d: through(hours, each.median, x, y) }, chart);
  const inside = (value) => Math.min(Math.max(y(value), CHART.top), CHART.height - CHART.bottom);
  for (const point of each.points) {
    const at = x(point.x), to = y(point.value);
    const group = svg("g", {}, chart);
    svg("title", {}, group).textContent = `${point.shown}, ${hoursFromNow(point.x)}`;
    svg("path", { class: "reach", d: `M${at} ${inside(point.low)}V${inside(point.high)}` }, group);
    if (point.contradicts) {
      svg("path", { class: "apart", d: `M${at - 4} ${to - 4}L${at + 4} ${to + 4}M${at - 4} ${to + 4}L${at + 4} ${to - 4}` }, group);
    } else {
      svg("circle", { class: "point", cx: at, cy: to, r: 2.75 }, group);
    }
  }
}
