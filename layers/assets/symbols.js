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

  // Outlines in a square from -1 to 1, y downwards, and the measures of every mark: data/looks, which
  // each document brings along.
  const marks = () => Atlas.looks.marks;

  function outline(symbol, radius) {
    const corners = Atlas.looks.outlines[symbol];
    if (!corners.length) {
      return svg("circle", { r: radius });
    }
    const points = corners.map(([x, y]) => `${(x * radius).toFixed(2)},${(y * radius).toFixed(2)}`);
    return svg("polygon", { points: points.join(" "), "stroke-linejoin": "round" });
  }

  function painted(shape, attributes) {
    Object.entries(attributes).forEach(([key, value]) => shape.setAttribute(key, value));
    return shape;
  }

  // A point: solid when its place is known, tinted when only its host's place is.
  function symbol(style, options) {
    const { radius = style.size_px, opacity = 1, selected = false, dash = "" } = options || {};
    const of = marks().symbol;
    const hollow = style.symbol === "hollow";
    const edge = style.edge || (opacity < 1 || hollow ? style.colour : "#FFFFFF");
    const parts = [];
    if (selected) {
      parts.push(painted(outline(style.symbol, radius + 2.5),
        { fill: "#FFFFFF", stroke: Atlas.looks.selected.colour, "stroke-width": Atlas.looks.selected.symbol_px }));
    } else {
      parts.push(painted(outline(style.symbol, radius), {
        fill: "#FFFFFF", "fill-opacity": hollow ? of.hollow_opacity : 1, stroke: "#FFFFFF",
        "stroke-width": of.halo_px, "stroke-opacity": of.halo_opacity,
      }));
    }
    parts.push(painted(outline(style.symbol, radius), {
      fill: hollow ? "none" : style.colour, "fill-opacity": opacity,
      stroke: edge, "stroke-width": hollow ? of.hollow_px : of.edge_px, "stroke-dasharray": dash,
    }));
    if (style.symbol === "ring-dot") {
      painted(parts[parts.length - 1],
        { stroke: style.colour, "stroke-width": of.ring_px, fill: "#FFFFFF", "fill-opacity": of.ring_opacity });
      parts.push(svg("circle", { r: radius * of.dot_share, fill: style.colour, "fill-opacity": opacity }));
    }
    const half = Math.ceil(radius * 1.25 + 5);
    return svg("svg", {
      class: "atlas-symbol", width: 2 * half, height: 2 * half,
      viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`,
    }, parts);
  }

  // A numbered white dot: the n-th stop of an axis.
  function stop(number, colour) {
    const of = marks().stop;
    const text = svg("text", {
      "text-anchor": "middle", dy: "0.36em", "font-size": of.text_px, "font-weight": 700, fill: colour,
    });
    text.textContent = String(number);
    return svg("svg", { class: "atlas-symbol", width: 26, height: 26, viewBox: "-13 -13 26 26" }, [
      svg("circle", { r: of.radius_px, fill: "#FFFFFF", stroke: colour, "stroke-width": of.edge_px }),
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
      "font-weight": 700, fill: Atlas.looks.inks.ink,
    });
    label.textContent = Atlas.numerals.number(count);
    parts.push(label);
    const half = radius + 2;
    return svg("svg", {
      class: "atlas-symbol", width: 2 * half, height: 2 * half,
      viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`,
    }, parts);
  }

  // A sample for the legend: box for areas, stroke for lines, the symbol for points.
  function swatch(style, kind) {
    if (kind === "point") {
      const drawn = symbol(style, { opacity: style.opacity, dash: style.dash });
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
    painted(shape, { "stroke-width": style.weight, "stroke-dasharray": style.dash,
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
    const of = marks().hatch;
    const every = of.every_px;
    return svg("pattern", { id, width: every, height: every, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)" }, [
      svg("rect", { width: every, height: every, fill: colour, "fill-opacity": of.ground_opacity }),
      svg("path", { d: `M0 0V${every}`, stroke: colour, "stroke-width": of.px, "stroke-opacity": of.opacity }),
    ]);
  }

  Atlas.symbols = { svg, symbol, stop, cluster, swatch, hatch };
})(window.Atlas = window.Atlas || {});
