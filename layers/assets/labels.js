// Labels: placed greedily by priority so that no two overlap and none hides under a panel.
(function (Atlas) {
  "use strict";

  const FONT = '"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif';
  const GAP = 2;
  // A place that is a node, a park and a city is named once.
  const SAME_NAME_PX = 180;
  const FIRST = 3;
  // Numbers on isolines: where the line bends more than this it carries none, and the same number
  // stands no nearer than that.
  const STRAIGHT = 0.95;
  const SAME_NUMBER_PX = 150;
  const CROWD_PX = 24;
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

  function box(x, y, w, h) {
    return { left: x - w / 2, right: x + w / 2, top: y - h / 2, bottom: y + h / 2 };
  }

  // Centres about the middle of an area; a name may reach over its edge.
  function inside({ x, y }, w, h) {
    return [0, 0.3, -0.3, 0.55, -0.55].flatMap((right) =>
      [0, -1, 1, -2, 2, -3, 3, -4, 4].map((down) => [x + right * w, y + down * h]));
  }

  // Boxes beside a point, in the order in which cartographers prefer them.
  function beside(request, w, h) {
    const { x, y, radius } = request;
    const dx = radius + 4 + w / 2;
    const dy = radius + 2 + h / 2;
    return [[x + dx, y], [x - dx, y], [x, y - dy], [x, y + dy],
      [x + dx, y - dy * 0.7], [x + dx, y + dy * 0.7], [x - dx, y - dy * 0.7], [x - dx, y + dy * 0.7]];
  }

  // Centres on an outline, starting at the top and spreading to both sides, then within and outside.
  function onEdge(request, h) {
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
    return [0, -1.5, 1.5].flatMap((off) => centres.map(([x, y, c, s]) => [x + off * h * c, y + off * h * s]));
  }

  // Centres beside a line, at shares of the part that is in view.
  function alongLine(request, w, h, view) {
    const inside = request.path.filter((p) => p.x > view.left && p.x < view.right && p.y > view.top && p.y < view.bottom);
    if (inside.length < 1) {
      return [];
    }
    const centres = [];
    [8, 20].forEach((gap) => {
      [0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9, 0.42, 0.58, 0.28, 0.72].forEach((share) => {
        const p = inside[Math.floor(share * (inside.length - 1))];
        centres.push([p.x + gap + w / 2, p.y], [p.x - gap - w / 2, p.y]);
      });
    });
    return centres;
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

  function candidates(request, w, h, view) {
    switch (request.place) {
      case "isoline": return onLine(request, w);
      case "beside": return beside(request, w, h);
      case "edge": return onEdge(request, h);
      case "line": return alongLine(request, w, h, view);
      default: return inside(request, w, h);
    }
  }

  function element(request, at, w, h) {
    const span = document.createElement("span");
    span.className = "atlas-label";
    span.textContent = request.text;
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
      lineHeight: request.vertical ? `${w}px` : `${h}px`,
      color: request.colour,
      textShadow: [[-1, -1], [1, -1], [-1, 1], [1, 1], [0, -1.5], [0, 1.5], [-1.5, 0], [1.5, 0]]
        .map(([x, y]) => `${x}px ${y}px 0 ${halo}`).concat(`0 0 3px ${halo}`).join(","),
    });
    if (at[2]) {
      span.style.transform = `rotate(${at[2].toFixed(1)}deg)`;
    }
    return span;
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

  // Fill `pane` with as many of the requested labels as fit.
  // A request: text, place, priority, size, weight, colour, halo, and x/y/radius or path.
  // `obstacles` are boxes that no label may touch, `symbols` ones that only the first may,
  // `solids` outlines on whose fill no label of the base map may stand.
  function place(pane, requests, { view, obstacles, symbols, solids }) {
    const taken = [...obstacles];
    const drawn = document.createDocumentFragment();
    const ordered = [...requests].sort((a, b) => a.priority - b.priority);
    const said = [];
    ordered.forEach((request) => {
      const again = said.some(({ text, x, y }) => text === request.text && request.x !== undefined &&
        Math.hypot(x - request.x, y - request.y) < SAME_NAME_PX);
      if (again) {
        return;
      }
      const long = Math.ceil(width(request.text, request.size, request.weight)) + 2;
      const short = Math.ceil(request.size * 1.3);
      const [w, h] = request.vertical ? [short, long] : [long, short];
      const boxAt = (centre) => box(centre[0], centre[1], ...turned(w, h, centre[2] || 0));
      const near = ({ text, x, y }, centre) => text === request.text && Math.hypot(x - centre[0], y - centre[1]) < SAME_NUMBER_PX;
      const free = (centre, others) => {
        const wanted = boxAt(centre);
        if (request.others && (said.some((other) => near(other, centre)) || request.others(wanted, request.text))) {
          return false;
        }
        return wanted.left >= view.left && wanted.right <= view.right && wanted.top >= view.top &&
          wanted.bottom <= view.bottom && !others.some((other) => overlaps(wanted, other)) &&
          !(request.ground && solids.some((ring) => inRing(ring, centre[0], centre[1]))) &&
          !(request.place === "line" && (request.near || [request.path])
            .some((path) => path.some((p) => covers(wanted, p))));
      };
      const centres = candidates(request, w, h, view);
      const crowded = [...taken, ...symbols];
      // The names of the layout itself may stand on a symbol when there is no other place.
      const at = centres.find((centre) => free(centre, crowded)) ||
        (request.priority <= FIRST ? leastCovering(centres.filter((centre) => free(centre, taken)), w, h, symbols)
          : undefined);
      if (at) {
        taken.push(boxAt(at));
        said.push({ text: request.text, x: at[0], y: at[1] });
        drawn.appendChild(element(request, at, w, h));
      }
    });
    pane.replaceChildren(drawn);
  }

  Atlas.labels = { place, box, crowd };
})(window.Atlas = window.Atlas || {});
