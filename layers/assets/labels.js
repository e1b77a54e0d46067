// Labels: placed greedily by priority so that no two overlap and none hides under a panel.
(function (Atlas) {
  "use strict";

  const FONT = '"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif';
  const GAP = 2;
  // A place that is a node, a park and a city is named once.
  const SAME_NAME_PX = 180;
  const FIRST = 3;
  // Names of the layout that find no place in one line stand in two, and then smaller.
  const SMALL_PX = 12;
  // Numbers on isolines: where the line bends more than this it carries none, and the same number
  // stands no nearer than that.
  const STRAIGHT = 0.95;
  const SAME_NUMBER_PX = 150;
  const CROWD_PX = 24;
  const EDGE_PX = 4;
  // Shares of the way from an outline to where a name no longer touches it.
  const NEAR = [0, 1, -1, 0.5, -0.5, 0.25, -0.25, 0.75, -0.75];
  const FAR = [1.6, 2.4, 3.2, 4.5];
  const END_PX = 16;
  const ASIDE_PX = [30, 50, 80, 120, 160, 200];
  // A name stands in two lines, and then smaller, where that brings it so much nearer.
  const SPARED_PX = 40;
  // How closely it is looked whether a leader runs through a name.
  const STEP_PX = 3;
  // How often those that found no good place are let choose first.
  const ATTEMPTS = 4;
  // Height of a line by the size of its letters.
  const LINE = 1.3;
  const canvas = document.createElement("canvas").getContext("2d");
  const widths = new Map();

  function width(text, size, weight) {
    const key = `${weight} ${size}|${text}`;
    if (!widths.has(key)) {
      canvas.font = `${weight} ${size}px ${FONT}`;
      widths.set(key, canvas.measureText(text).width);
    }
    return widths.get(key);
  }

  function overlaps(a, b) {
    return a.left < b.right + GAP && b.left < a.right + GAP && a.top < b.bottom + GAP && b.top < a.bottom + GAP;
  }

  function covers(area, p) {
    return p.x > area.left - GAP && p.x < area.right + GAP && p.y > area.top - GAP && p.y < area.bottom + GAP;
  }

  function inRing(ring, x, y) {
    let inside = false;
    for (let k = 0, before = ring.length - 1; k < ring.length; before = k, k += 1) {
      const [a, b] = [ring[k], ring[before]];
      if ((a.y > y) !== (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) {
        inside = !inside;
      }
    }
    return inside;
  }

  // Whether a name would stand on an area that is not the one it names.
  function onAnothers(ring, { x, y }, { left, right, top, bottom }) {
    const own = x !== undefined && inRing(ring, x, y);
    const steps = Math.ceil((right - left) / SMALL_PX);
    return !own && [...Array(steps + 1).keys()].some((k) =>
      inRing(ring, left + k / steps * (right - left), (top + bottom) / 2));
  }

  function box(x, y, w, h) {
    return { left: x - w / 2, right: x + w / 2, top: y - h / 2, bottom: y + h / 2 };
  }

  // Centres about the middle of an area; a name may reach over its edge.
  function inside({ x, y, lines }, w, h, far) {
    const line = h / lines.length;
    const [across, along] = far ? [[...Array(17).keys()].map((k) => k / 4 - 2), [...Array(33).keys()].map((k) => k - 16)]
      : [[0, 0.3, -0.3, 0.55, -0.55], [0, -1, 1, -2, 2, -3, 3]];
    const places = across.flatMap((right) => along.map((down) => [x + right * w, y + down * line, 0, { x, y }]));
    return far ? places.sort((a, b) => Math.hypot(a[0] - x, a[1] - y) - Math.hypot(b[0] - x, b[1] - y)) : places;
  }

  // Boxes beside a point, in the order in which cartographers prefer them.
  function beside(request, w, h) {
    const { x, y, radius } = request;
    const dx = radius + 4 + w / 2;
    const dy = radius + 2 + h / 2;
    return [[x + dx, y], [x - dx, y], [x, y - dy], [x, y + dy],
      [x + dx, y - dy * 0.7], [x + dx, y + dy * 0.7], [x - dx, y - dy * 0.7], [x - dx, y + dy * 0.7]];
  }

  // Centres on an outline, starting at the top and spreading to both sides, then outside and within;
  // or far outside, with the place on the outline that a line leads to.
  function onEdge(request, w, h, far) {
    const xs = request.path.map((p) => p.x);
    const ys = request.path.map((p) => p.y);
    const middle = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
    const centres = [-90, -65, -115, 90, -40, -140, 65, 115, -15, -165, 15, 165, 40, 140].map((degrees) => {
      const [c, s] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
      let best = null;
      let score = -Infinity;
      request.path.forEach((p) => {
        const along = (p.x - middle.x) * c + (p.y - middle.y) * s;
        const off = Math.abs((p.y - middle.y) * c - (p.x - middle.x) * s);
        if (along - 2 * off > score) {
          score = along - 2 * off;
          best = p;
        }
      });
      return [best.x, best.y, c, s];
    });
    return (far ? FAR : NEAR).flatMap((off) => centres.map(([x, y, c, s]) => {
      const away = off * (Math.min(w / 2 / Math.abs(c), h / 2 / Math.abs(s)) + EDGE_PX);
      return [x + away * c, y + away * s, 0, { x, y }];
    }));
  }

  // Centres beside a line, at shares of the part that is in view; a name that is turned keeps its angle.
  function alongLine(request, w, h, view, far) {
    const { turn = 0 } = request;
    const wide = turned(w, h, turn)[0];
    const inside = request.path.filter((p) => p.x > view.left && p.x < view.right && p.y > view.top && p.y < view.bottom);
    if (inside.length < 1) {
      return [];
    }
    const centres = [];
    [8, 20].forEach((gap) => {
      [0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9, 0.42, 0.58, 0.28, 0.72].forEach((share) => {
        const p = inside[Math.floor(share * (inside.length - 1))];
        centres.push([p.x + gap + wide / 2, p.y, turn], [p.x - gap - wide / 2, p.y, turn]);
      });
    });
    if (!far || turn) {
      return far ? [] : centres;
    }
    // Above or below its ends, where it has no room beside it; else well to a side of it.
    const ends = [inside[0], inside[inside.length - 1]].flatMap((p, k, [first, last]) => {
      const up = (p.y <= first.y && p.y <= last.y) ? -1 : 1;
      return [0, 0.3, -0.3, 0.5, -0.5].flatMap((right) => [1, 2, 3].map((off) =>
        [p.x + right * w, p.y + up * off * (h / 2 + END_PX), 0, p]));
    });
    const aside = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].flatMap((share) => {
      const p = inside[Math.floor(share * (inside.length - 1))];
      return ASIDE_PX.flatMap((off) => [1, -1].map((side) => [p.x + side * (off + w / 2), p.y, 0, p]));
    });
    return [...ends, ...aside];
  }

  // Centres on an isoline where it is straight enough, with its angle there: the middle first.
  function onLine({ path, stretch: [from, to], step }, w) {
    const reach = Math.ceil((w / 2 + 3) / step);
    const middle = (from + to) / 2;
    const found = [];
    for (let k = Math.max(from, reach); k < Math.min(to, path.length - reach); k += 2) {
      const chord = path[k + reach].subtract(path[k - reach]);
      if (Math.hypot(chord.x, chord.y) > STRAIGHT * 2 * reach * step) {
        const degrees = Math.atan2(chord.y, chord.x) * 180 / Math.PI;
        // Upright, whichever way the line runs.
        found.push([path[k].x, path[k].y, degrees > 90 ? degrees - 180 : degrees <= -90 ? degrees + 180 : degrees,
          Math.abs(k - middle)]);
      }
    }
    return found.sort((a, b) => a[3] - b[3]);
  }

  function turned(w, h, degrees) {
    const [c, s] = [Math.abs(Math.cos(degrees * Math.PI / 180)), Math.abs(Math.sin(degrees * Math.PI / 180))];
    return [w * c + h * s, w * s + h * c];
  }

  // Points of all isolines by squares of the screen, to ask whether one of another value is near.
  function crowd(lines) {
    const squares = new Map();
    lines.forEach(({ text, path }) => path.forEach((p) => {
      const key = `${Math.floor(p.x / CROWD_PX)},${Math.floor(p.y / CROWD_PX)}`;
      if (!squares.has(key)) {
        squares.set(key, []);
      }
      squares.get(key).push({ text, p });
    }));
    return (area, text) => {
      for (let x = Math.floor((area.left - GAP) / CROWD_PX); x <= Math.floor((area.right + GAP) / CROWD_PX); x += 1) {
        for (let y = Math.floor((area.top - GAP) / CROWD_PX); y <= Math.floor((area.bottom + GAP) / CROWD_PX); y += 1) {
          if ((squares.get(`${x},${y}`) || []).some((each) => each.text !== text && covers(area, each.p))) {
            return true;
          }
        }
      }
      return false;
    };
  }

  function candidates(request, w, h, view, far) {
    switch (request.place) {
      case "isoline": return onLine(request, w);
      case "beside": return beside(request, w, h);
      case "edge": return onEdge(request, w, h, far);
      case "line": return alongLine(request, w, h, view, far);
      default: return inside(request, w, h, far);
    }
  }

  // A text in two lines: parted between words, as near the middle as may be.
  function halves(text) {
    const parts = [...new Intl.Segmenter(/[^\0-\u024f]/.test(text) && !text.includes(" ") ? "zh" : "en",
      { granularity: "word" }).segment(text)].map(({ index }) => index).filter((at) => at > 0 &&
      (!text.includes(" ") || text[at - 1] === " "));
    const best = parts.reduce((near, at) =>
      (Math.abs(at - text.length / 2) < Math.abs(near - text.length / 2) ? at : near), parts[0] || text.length);
    return [text.slice(0, best), text.slice(best)].filter(Boolean);
  }

  // The ways in which a text may stand, the best first.
  function settings(request) {
    const { text, figure, size } = request;
    const below = figure ? [figure] : [];
    const whole = { ...request, lines: [text, ...below] };
    const parted = { ...whole, lines: [...halves(text), ...below], vertical: false, turn: 0 };
    if (request.priority > FIRST) {
      return figure ? [whole, parted] : [whole];
    }
    const small = Math.min(size, SMALL_PX);
    const upright = request.vertical || request.turn;
    return [whole, parted, ...(upright ? [{ ...whole, size: small }] : []), { ...parted, size: small }];
  }

  // Width and height of a text as it stands, px.
  function extent({ lines, size, weight, vertical }) {
    const long = Math.ceil(Math.max(...lines.map((line) => width(line, size, weight)))) + 2;
    const short = Math.ceil(size * LINE) * lines.length;
    return vertical ? [short, long] : [long, short];
  }

  function element(request, at, w, h) {
    const span = document.createElement("span");
    span.className = "atlas-label";
    request.lines.forEach((line, k) => span.append(...(k ? [document.createElement("br")] : []), line));
    span.dataset.layer = request.layer || "";
    if (request.vertical) {
      span.classList.add("vertical");
    }
    const halo = request.halo;
    Object.assign(span.style, {
      left: `${Math.round(at[0] - w / 2)}px`,
      top: `${Math.round(at[1] - h / 2)}px`,
      fontSize: `${request.size}px`,
      fontWeight: request.weight,
      lineHeight: request.vertical ? `${w}px` : `${h / request.lines.length}px`,
      color: request.colour,
      textShadow: [[-1, -1], [1, -1], [-1, 1], [1, 1], [0, -1.5], [0, 1.5], [-1.5, 0], [1.5, 0]]
        .map(([x, y]) => `${x}px ${y}px 0 ${halo}`).concat(`0 0 3px ${halo}`).join(","),
    });
    if (at[2]) {
      // It turns about its middle, which is that of the room it was given.
      span.style.width = `${w}px`;
      span.style.transform = `rotate(${at[2].toFixed(1)}deg)`;
    }
    return span;
  }

  // The end of a leader at the edge of its name, and that at what it names.
  function ends([x, y, , to], { left, right, top, bottom }) {
    const [dx, dy] = [to.x - x, to.y - y];
    const inside = Math.min(1, (right - left) / 2 / Math.abs(dx), (bottom - top) / 2 / Math.abs(dy));
    return [{ x: x + inside * dx, y: y + inside * dy }, to];
  }

  // Whether a leader runs through a name.
  function strikes([from, to], area) {
    const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / STEP_PX);
    return [...Array(steps).keys()].some((k) =>
      covers(area, { x: from.x + (k + 1) / steps * (to.x - from.x), y: from.y + (k + 1) / steps * (to.y - from.y) }));
  }

  const pale = (colour) => colour.toUpperCase() === "#FFFFFF";

  // A line from a name that stands far off to what it names.
  function leader(request, [from, to]) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const line = document.createElement("i");
    line.className = "atlas-leader";
    Object.assign(line.style, {
      left: `${from.x}px`, top: `${from.y}px`, background: pale(request.colour) ? request.halo : request.colour,
      width: `${Math.hypot(dx, dy)}px`, transform: `rotate(${Math.atan2(dy, dx)}rad)`,
    });
    return line;
  }

  // Of several places, the one where a label hides the least of the symbols.
  function leastCovering(centres, w, h, symbols) {
    const hidden = ([x, y]) => {
      const area = box(x, y, w, h);
      return symbols.reduce((sum, other) => sum +
        Math.max(0, Math.min(area.right, other.right) - Math.max(area.left, other.left)) *
        Math.max(0, Math.min(area.bottom, other.bottom) - Math.max(area.top, other.top)), 0);
    };
    return centres.map((centre) => ({ centre, cost: hidden(centre) }))
      .reduce((best, each) => (best && best.cost <= each.cost ? best : each), undefined)?.centre;
  }

  // How far a name stands from what it names, px: from the middle of an area, which a name in fewer
  // lines or larger letters may be a little farther from, or by its leader.
  function distant(request, { way: { boxAt }, at, k }, far) {
    if (far) {
      const { left, right, top, bottom } = boxAt(at);
      const { x, y } = at[3];
      return Math.hypot(Math.max(left - x, x - right, 0), Math.max(top - y, y - bottom, 0));
    }
    return request.place === "inside" ? Math.hypot(at[0] - request.x, at[1] - request.y) + k * SPARED_PX : 0;
  }

  // Place as many texts as fit, in their order: what is drawn, and which of the first found no good
  // place, neither by what they name nor at the end of a leader that runs through no other name.
  // `obstacles` are boxes that no label may touch, `symbols` ones that only the first may,
  // `solids` outlines on whose fill no label of the base map may stand, and another's of the layout
  // only where it has no place beside them; `zones` those of zones, where so may another's figure.
  function attempt(ordered, { view, obstacles, symbols, solids, zones }) {
    const taken = [...obstacles];
    const [names, leaders] = [[], []];
    const drawn = document.createDocumentFragment();
    const said = [];
    // Whether a text has its place now, or needs none.
    const put = (request, far, { onOthers = false, struck = false } = {}) => {
      const again = said.some(({ text, x, y }) => text === request.text && request.x !== undefined &&
        Math.hypot(x - request.x, y - request.y) < SAME_NAME_PX);
      if (again) {
        return true;
      }
      const near = ({ text, x, y }, centre) => text === request.text && Math.hypot(x - centre[0], y - centre[1]) < SAME_NUMBER_PX;
      const free = (centre, wanted, others, onLines = false) => {
        if (request.others && (said.some((other) => near(other, centre)) || request.others(wanted, request.text))) {
          return false;
        }
        return wanted.left >= view.left && wanted.right <= view.right && wanted.top >= view.top &&
          wanted.bottom <= view.bottom && !others.some((other) => overlaps(wanted, other)) &&
          !(request.ground && solids.some((ring) => inRing(ring, centre[0], centre[1]))) &&
          !(request.priority <= FIRST && !onOthers &&
            (request.figure ? zones : solids).some((ring) => onAnothers(ring, request, wanted))) &&
          !(request.place === "line" && !onLines && (request.near || [request.path])
            .some((path) => path.some((p) => covers(wanted, p)))) &&
          (struck || !(leaders.some((line) => strikes(line, wanted)) ||
            (far && names.some((area) => strikes(ends(centre, wanted), area)))));
      };
      const crowded = [...taken, ...symbols];
      const ways = settings(request).map((set) => {
        const [w, h] = extent(set);
        const boxAt = (centre) => box(centre[0], centre[1], ...turned(w, h, centre[2] || 0));
        return { set, w, h, boxAt, centres: candidates(set, w, h, view, far) };
      });
      // The first way that finds a place, or the one that stands nearest where the middle of an area
      // or the end of a leader is what it must be near to: two lines there go before one far off.
      const first = (pick) => ways.map((way, k) => ({ way, at: pick(way), k })).filter(({ at }) => at)
        .map((each) => ({ ...each, off: distant(request, each, far) }))
        .sort((a, b) => a.off - b.off || a.k - b.k)[0];
      const least = (onLines) => first(({ centres, boxAt, w, h }) =>
        leastCovering(centres.filter((centre) => free(centre, boxAt(centre), taken, onLines)), w, h, symbols));
      // The names of the layout itself may stand on a symbol when there is no other place, and on a line.
      const best = first(({ centres, boxAt }) => centres.find((centre) => free(centre, boxAt(centre), crowded))) ||
        (request.priority <= FIRST ? least(false) || least(true) : undefined);
      if (best) {
        const { at, way: { set, w, h, boxAt } } = best;
        taken.push(boxAt(at));
        names.push(boxAt(at));
        said.push({ text: request.text, x: at[0], y: at[1] });
        drawn.appendChild(element(set, at, w, h));
        if (far) {
          leaders.push(ends(at, boxAt(at)));
          drawn.prepend(leader(set, leaders.at(-1)));
        }
      }
      return Boolean(best);
    };
    // A name of the layout that has no place by what it names stands farther off when all others
    // stand, areas last, which have the most places; when there is none on the fill of another; and
    // only then where its leader runs through a name.
    const layout = ordered.filter(({ priority }) => priority <= FIRST);
    const missed = layout.filter((request) => !put(request, false)).sort((a, b) => (a.place === "inside") - (b.place === "inside"))
      .filter((request) => !put(request, true));
    missed.filter((request) => !put(request, false, { onOthers: true }))
      .forEach((request) => put(request, true, { struck: true }));
    ordered.filter(({ priority }) => priority > FIRST).forEach((request) => put(request, false));
    return { drawn, missed };
  }

  // Fill `pane` with as many of the requested labels as fit.
  // A request: text, place, priority, size, weight, colour, halo, and x/y/radius or path.
  function place(pane, requests, ground) {
    let ordered = [...requests].sort((a, b) => a.priority - b.priority);
    let best = attempt(ordered, ground);
    // Names without a good place choose before all others, as long as that leaves fewer of them.
    for (let k = 0, { missed } = best; k < ATTEMPTS && missed.length; k += 1) {
      ordered = [...missed, ...ordered.filter((each) => !missed.includes(each))];
      const next = attempt(ordered, ground);
      best = next.missed.length < best.missed.length ? next : best;
      ({ missed } = next);
    }
    pane.replaceChildren(best.drawn);
  }

  Atlas.labels = { place, box, crowd };
})(window.Atlas = window.Atlas || {});
