// Symbols and swatches: SVG elements built from styles, the same on the map and in the legend.
(function (Atlas) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  function svg(tag, attributes, children) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes || {}).forEach(([key, value]) => element.setAttribute(key, value));
    (children || []).forEach((child) => element.appendChild(child));
    return element;
  }

  function corners(count, turn, inner) {
    const points = [];
    const steps = inner ? count * 2 : count;
    for (let k = 0; k < steps; k += 1) {
      const radius = inner && k % 2 ? inner : 1;
      const angle = turn + (2 * Math.PI * k) / steps;
      points.push([radius * Math.cos(angle), radius * Math.sin(angle)]);
    }
    return points;
  }

  const UP = -Math.PI / 2;
  // Outlines in a square from -1 to 1; areas are near enough equal that no class looks larger.
  const OUTLINES = {
    cross: [[-0.36, -1], [0.36, -1], [0.36, -0.36], [1, -0.36], [1, 0.36], [0.36, 0.36],
      [0.36, 1], [-0.36, 1], [-0.36, 0.36], [-1, 0.36], [-1, -0.36], [-0.36, -0.36]],
    diamond: corners(4, UP).map(([x, y]) => [x * 0.95, y * 1.12]),
    flag: [[-0.8, -1], [0.95, -0.45], [-0.42, 0.12], [-0.42, 1.05], [-0.8, 1.05]],
    hexagon: corners(6, 0),
    pentagon: corners(5, UP).map(([x, y]) => [x * 1.06, y * 1.06 + 0.06]),
    shield: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.15], [0, 1.1], [-0.9, 0.15]],
    square: [[-0.86, -0.86], [0.86, -0.86], [0.86, 0.86], [-0.86, 0.86]],
    star: corners(5, UP, 0.46).map(([x, y]) => [x * 1.2, y * 1.2 + 0.06]),
    triangle: corners(3, UP).map(([x, y]) => [x * 1.15, y * 1.15 + 0.18]),
    "triangle-down": corners(3, -UP).map(([x, y]) => [x * 1.15, y * 1.15 - 0.18]),
  };

  function outline(symbol, radius) {
    if (!OUTLINES[symbol]) {
      return svg("circle", { r: radius });
    }
    const points = OUTLINES[symbol].map(([x, y]) => `${(x * radius).toFixed(2)},${(y * radius).toFixed(2)}`);
    return svg("polygon", { points: points.join(" "), "stroke-linejoin": "round" });
  }

  function painted(shape, attributes) {
    Object.entries(attributes).forEach(([key, value]) => shape.setAttribute(key, value));
    return shape;
  }

  // A point: solid when its place is known, tinted when only its host's place is.
  function symbol(style, options) {
    const { radius = style.size_px, opacity = 1, selected = false, dash = "" } = options || {};
    const hollow = style.symbol === "hollow";
    const edge = style.edge || (opacity < 1 || hollow ? style.colour : "#FFFFFF");
    const parts = [];
    if (selected) {
      parts.push(painted(outline(style.symbol, radius + 2.5),
        { fill: "#FFFFFF", stroke: "#000000", "stroke-width": 3 }));
    } else {
      parts.push(painted(outline(style.symbol, radius), {
        fill: "#FFFFFF", "fill-opacity": hollow ? 0.75 : 1, stroke: "#FFFFFF", "stroke-width": 3.2,
        "stroke-opacity": 0.85,
      }));
    }
    parts.push(painted(outline(style.symbol, radius), {
      fill: hollow ? "none" : style.colour, "fill-opacity": opacity,
      stroke: edge, "stroke-width": hollow ? 1.8 : 1.3, "stroke-dasharray": dash,
    }));
    if (style.symbol === "ring-dot") {
      parts[parts.length - 1].setAttribute("fill", "#FFFFFF");
      painted(parts[parts.length - 1],
        { stroke: style.colour, "stroke-width": 2, fill: "#FFFFFF", "fill-opacity": 0.9 });
      parts.push(svg("circle", { r: radius * 0.48, fill: style.colour, "fill-opacity": opacity }));
    }
    const half = Math.ceil(radius * 1.25 + 5);
    return svg("svg", {
      class: "atlas-symbol", width: 2 * half, height: 2 * half,
      viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`,
    }, parts);
  }

  // A numbered white dot: the n-th stop of an axis.
  function stop(number, colour, selected) {
    const text = svg("text", {
      "text-anchor": "middle", dy: "0.36em", "font-size": 11, "font-weight": 700, fill: colour,
    });
    text.textContent = String(number);
    return svg("svg", { class: "atlas-symbol", width: 26, height: 26, viewBox: "-13 -13 26 26" }, [
      svg("circle", { r: selected ? 10.5 : 9, fill: "#FFFFFF", stroke: selected ? "#000000" : colour,
        "stroke-width": selected ? 3.2 : 2.2 }),
      text,
    ]);
  }

  // A cluster: its count inside a ring that shows the shares of its layers.
  function cluster(count, shares) {
    const radius = count < 10 ? 14 : count < 100 ? 17 : count < 1000 ? 21 : 25;
    const parts = [svg("circle", { r: radius, fill: "#FFFFFF", "fill-opacity": 0.94 })];
    const around = 2 * Math.PI * (radius - 2);
    let done = 0;
    shares.forEach(([colour, n]) => {
      parts.push(svg("circle", {
        r: radius - 2, fill: "none", stroke: colour, "stroke-width": 4,
        "stroke-dasharray": `${(around * n / count).toFixed(2)} ${around.toFixed(2)}`,
        transform: `rotate(${(360 * done / count - 90).toFixed(2)})`,
      }));
      done += n;
    });
    const label = svg("text", {
      "text-anchor": "middle", dy: "0.36em", "font-size": count < 1000 ? 12 : 11,
      "font-weight": 700, fill: "#22303D",
    });
    label.textContent = count.toLocaleString("en-US");
    parts.push(label);
    const half = radius + 2;
    return svg("svg", {
      class: "atlas-symbol", width: 2 * half, height: 2 * half,
      viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`,
    }, parts);
  }

  // A sample for the legend: box for areas, stroke for lines, the symbol for points.
  function swatch(style, kind, dash) {
    if (kind === "point") {
      const radius = Math.min(style.size_px, 8);
      const drawn = symbol(style, { radius, opacity: style.opacity });
      drawn.setAttribute("viewBox", "-11 -9 22 18");
      drawn.setAttribute("width", 22);
      drawn.setAttribute("height", 18);
      return drawn;
    }
    const line = kind === "line";
    const shape = line
      ? svg("path", { d: "M1 9H21", fill: "none", stroke: style.colour })
      : svg("rect", { x: 2, y: 3.5, width: 18, height: 11, fill: style.colour,
        "fill-opacity": style.fill_opacity, stroke: style.edge || style.colour });
    painted(shape, { "stroke-width": Math.min(style.weight, 5), "stroke-dasharray": dash || style.dash || "",
      "stroke-opacity": style.opacity });
    const parts = [shape];
    if (style.arrows) {
      parts.push(svg("path", { d: "M9 6.5L12 9L9 11.5", fill: "none", stroke: "#FFFFFF",
        "stroke-width": 1.4 }));
    }
    return svg("svg", { width: 22, height: 18, viewBox: "0 0 22 18" }, parts);
  }

  // Light hatching for areas, referred to as url(#id) from a fill.
  function hatch(id, colour) {
    return svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)" }, [
      svg("rect", { width: 7, height: 7, fill: colour, "fill-opacity": 0.06 }),
      svg("path", { d: "M0 0V7", stroke: colour, "stroke-width": 1.2, "stroke-opacity": 0.5 }),
    ]);
  }

  Atlas.symbols = { svg, symbol, stop, cluster, swatch, hatch };
})(window.Atlas = window.Atlas || {});
