// Scenarios beside no change, on the same bodies: every setting was computed beforehand, so this only draws.
"use strict";

{
  const { what_if: asked } = drawn;
  const form = document.getElementById("sliders");
  const inputs = asked.sliders.map((each) => document.getElementById(`slider-${each.name}`));
  const words = document.getElementById("what-if-words");
  const charts = document.getElementById("what-if-charts");
  const measures = document.getElementById("measures");
  const SIDES = [["under-perfusion", "Under-perfusion"], ["overload", "Overload"], ["", "Plasma and blood"]];

  const setting = (slider, place) => {
    const value = slider.settings[place];
    if (slider.name === "begin") return value === 0 ? "now" : `${value} h`;
    return value === 0 ? "none" : `${value} ${slider.unit}`;
  };

  // Axes hold every scenario, so that a drawing does not jump when a slider moves.
  const all = [asked.base, ...Object.values(asked.asked)];
  const frames = asked.outputs.map((output, index) => {
    const values = all.flatMap((each) => [...each.courses[index][1], ...each.courses[index][2]]);
    const span = [0, asked.hours[asked.hours.length - 1]];
    const made = frame(charts, output.label, output.unit, span, values, "");
    made.plain = svg("g", { class: "unchanged" }, made.chart);
    made.asked = svg("g", { class: "asked" }, made.chart);
    cone(made.plain, asked.base.courses[index], made);
    return made;
  });

  function cone(group, [middle, low, high], { x, y }) {
    group.replaceChildren();
    svg("path", { class: "wide", d: between(asked.hours, low, high, x, y) }, group);
    svg("path", { class: "middle", d: through(asked.hours, middle, x, y) }, group);
  }

  function table(harm, title, found) {
    const region = document.createElement("div");
    region.className = "scroll";
    region.tabIndex = 0;
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", title);
    const made = document.createElement("table");
    const heads = [`${title} (90 %)`, "No change", ...(found ? ["Scenario", "Difference"] : [])];
    const row = made.createTHead().insertRow();
    for (const each of heads) {
      const head = document.createElement("th");
      head.scope = "col";
      head.textContent = each;
      row.append(head);
    }
    const rows = made.createTBody();
    asked.measures.forEach((measure, index) => {
      if (measure.harm !== harm) return;
      const line = rows.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.className = "wraps";
      head.textContent = `${measure.what}, ${measure.unit}`;
      line.append(head);
      const bands = [[asked.base.measures[index][0], number]];
      if (found) bands.push([found.measures[index][0], number], [found.measures[index][1], signed]);
      for (const [[middle, low, high], say] of bands) {
        const cell = line.insertCell();
        cell.append(middle === null ? "not known" : say(middle, measure.digits));
        if (middle === null) continue;
        const small = document.createElement("span");
        small.className = "range";
        small.textContent = ` ${say(low, measure.digits)} to ${say(high, measure.digits)}`;
        cell.append(small);
      }
    });
    region.append(made);
    return region;
  }

  function redraw() {
    const places = inputs.map((each) => Number(each.value));
    inputs.forEach((input, index) => {
      const said = setting(asked.sliders[index], places[index]);
      input.previousElementSibling.querySelector("output").textContent = said;
      input.setAttribute("aria-valuetext", said);
    });
    const found = asked.asked[places.join(",")];
    if (found) {
      const given = asked.sliders.slice(0, -1).flatMap((each, index) =>
        places[index] ? [`${each.name} ${each.settings[places[index]]} ${each.unit}`] : []);
      const begin = asked.sliders.at(-1).settings[places.at(-1)];
      const after = asked.measures.findIndex((each) => each.name === "plasma_at_24_h");
      const lung = asked.measures.findIndex((each) => each.name === "highest_lung_water");
      const gone = (each) => (1 - each.alive).toLocaleString("en", { style: "percent" }).replace("%", " %");
      words.textContent = `In this model, with ${given.join(" and ")} ${begin ? `begun after ${begin} h` : "now"}, against no change: ` +
        `plasma after 24 h ${range(found.measures[after][1], 0, signed)} % of that at rest, ` +
        `most lung water ${range(found.measures[lung][1], 2, signed)} times that at rest; ` +
        `bodies not kept alive ${gone(found)} instead of ${gone(asked.base)}.`;
    } else {
      words.textContent = "No change: care goes on as it has. Move a slider to see a scenario beside it.";
    }
    frames.forEach((each, index) => {
      if (found) cone(each.asked, found.courses[index], each);
      else each.asked.replaceChildren();
      const end = (of) => range(of.courses[index].map((ends) => ends.at(-1)), 1);
      const label = asked.outputs[index].label;
      each.chart.setAttribute("aria-label", `${label} at the end: no change ${end(asked.base)}` + (found ? `, scenario ${end(found)}.` : "."));
    });
    measures.replaceChildren(...SIDES.map(([harm, title]) => table(harm, title, found)));
  }

  form.hidden = false;
  form.addEventListener("input", redraw);
  form.addEventListener("submit", (event) => event.preventDefault());
  redraw();
}
