// The card of a feature and the legend of the view.
(function (Atlas) {
  "use strict";

  const { number, significant } = Atlas.numerals;
  const FOUND_DIGITS = 7;

  // An accuracy is known to two digits at best.
  function metres(panels, exact) {
    const value = Number(exact.toPrecision(2));
    return value >= 1000
      ? panels.t("kilometres", { n: number(value / 1000) })
      : panels.t("metres", { n: number(value) });
  }

  // Words of a field: a coded value in words, a number with its unit, a list with its marks.
  function shown(panels, layer, field, value) {
    const { lang, document: source } = panels.view;
    const coded = source.values[field.name];
    if (coded && coded[value]) {
      return coded[value][lang];
    }
    if (typeof value === "number") {
      const entry = source.units[field.unit] || {};
      const inText = (entry.in_text || {})[lang];
      if (inText) {
        return inText.words.replace("{n}", significant(value * inText.times));
      }
      const unit = lang in entry ? entry[lang] : field.unit;
      // What was found is rounded already to what is told of it.
      const told = significant(value, layer.group === "analysis" ? FOUND_DIGITS : undefined);
      const words = field.whole ? String(value) : told;
      return words + (unit ? ` ${unit}` : "");
    }
    return String(value).split("|").join(panels.t("separator"));
  }

  function link(panels, id, el) {
    const found = panels.view.model.find(id);
    if (!found) {
      return null;
    }
    const item = el("button", "atlas-link", found.layer.name(found.i, panels.view.lang));
    item.type = "button";
    item.addEventListener("click", () =>
      panels.view.select({ layer: found.layer.id, id }, { pan: true, notify: true }));
    return item;
  }

  function card(panels, layer, i, el) {
    const { lang, document: source } = panels.view;
    const t = (key, values) => panels.t(key, values);
    const value = (name) => layer.value(name, i);
    const parts = [el("h3", "", layer.name(i, lang))];
    const entry = layer.byValue.get(layer.classOf(i));
    // Each thing once: neither the name again nor what a line below says is a kind.
    const isKind = entry && layer.group !== "analysis" && entry.label[lang] !== layer.name(i, lang)
      && !layer.fields.some(({ name }) => name === layer.classify);
    const kind = isKind ? ` · ${entry.label[lang]}` : "";
    if (kind || panels.words(layer.title) !== layer.name(i, lang)) {
      parts.push(el("p", "atlas-kind", panels.words(layer.title) + kind));
    }
    const facts = el("dl");
    const fact = (term, content) => {
      const cell = el("dd");
      cell.append(...[content].flat());
      facts.append(el("dt", "", term), cell);
    };
    layer.fields.forEach((field) => {
      const content = layer.said(field.name, i, lang);
      if (content === null || content === "") {
        return;
      }
      if (field.reference) {
        const target = content === value("id") ? null : link(panels, content, el);
        if (target) {
          fact(panels.words(field.title), target);
        }
      } else {
        fact(panels.words(field.title), shown(panels, layer, field, content));
      }
    });
    const targets = (source.belongs[value("id")] || []).map((id) => link(panels, id, el)).filter(Boolean);
    if (targets.length) {
      fact(t("belongs"), targets);
    }
    if (value("aliases")) {
      fact(t("aliases"), value("aliases").split("|").join(t("separator")));
    }
    if (value("evidence")) {
      fact(t("evidence"), place(panels, layer, i));
    }
    if (value("rule")) {
      fact(t("rule"), panels.words(source.rules[value("rule")]));
    }
    if (value("note")) {
      fact(t("note"), layer.said("note", i, lang));
    }
    const flags = (value("flag") || "").split("|").map((id) => source.conflicts[id]).filter(Boolean);
    if (flags.length) {
      fact(t("flag"), flags.map((flag) => (lang === "en" ? flag.name_en : flag.name_zh)).join(t("semicolon")));
    }
    parts.push(facts);
    if (value("quote")) {
      parts.push(el("blockquote", "", t("quoted", { q: value("quote") })));
    }
    const origin = source.sources[value("source_id")];
    const where = [value("heading"), origin && (lang === "en" ? origin.name_en : origin.name_zh)];
    if (where.some(Boolean)) {
      parts.push(el("p", "atlas-source", where.filter(Boolean).join(" — ")));
    }
    const claims = (source.subjects[value("id")] || []).flatMap((id) => source.claims[id]);
    if (claims.length) {
      const told = el("details", "atlas-claims");
      told.append(el("summary", "", t("claims", { n: claims.length })), ...claims.map((claim) => stated(panels, claim, el)));
      parts.push(told);
    }
    return parts;
  }

  // What one source says of the place: where, how sure it is, whether it is taken, and why not.
  function stated(panels, claim, el) {
    const { lang, document: source } = panels.view;
    const coded = (name) => source.values[name][claim[name]][lang];
    const origin = source.sources[claim.source_id];
    const item = el("section", claim.state === "accepted" ? "" : "aside");
    const named = [lang === "en" ? origin.name_en : origin.name_zh, origin.date].filter(Boolean).join(panels.t("comma"));
    item.append(
      el("p", "", `${coded("kind")} · ${claim.place[lang]}`),
      el("p", "atlas-source", [coded("state"), coded("grade"), named].join(" · ")),
      ...[claim.quote && panels.t("quoted", { q: claim.quote }), claim.reason[lang]].filter(Boolean)
        .map((words) => el("p", "atlas-source", words)));
    return item;
  }

  function place(panels, layer, i) {
    const { lang, document: source } = panels.view;
    const evidence = layer.value("evidence", i);
    const known = source.evidence[evidence];
    if (evidence === "unlocated" || !layer.geometry(i)) {
      return panels.t("unlocated");
    }
    const accuracy = layer.value("accuracy_m", i);
    const words = accuracy === null ? "" : panels.t("accuracy", { m: metres(panels, accuracy) });
    return [known[lang], words].filter(Boolean).join(panels.t("comma"));
  }

  // ---- legend: what is in view, with counts ----

  function legend(panels, el) {
    const body = el("div", "atlas-body");
    const { view } = panels;
    const bounds = view.bounds();
    const within = (layer, i) => layer.within(i, bounds);
    const shownLayers = view.model.listed().filter((layer) => view.visible.has(layer.id));
    let above = "";
    shownLayers.filter((layer) => layer.group !== "context").forEach((layer) => {
      const section = layer.isImage ? (layer.classes.length ? bands : ramp)(panels, layer, el) : listed(panels, layer, within, el);
      if (section) {
        // Layers with one heading have it once.
        const heading = layer.heading ? panels.words(layer.heading) : "";
        body.append(...(heading && heading !== above ? [el("h4", "", heading)] : []), section);
        above = heading;
      }
    });
    body.append(...zoneOnly(panels, shownLayers, within, el));
    const ground = shownLayers.filter((layer) => layer.group === "context" && view.base === "vector")
      .flatMap((layer) => groundRows(panels, layer, within, el));
    if (ground.length) {
      const section = el("section", "ground");
      const title = view.document.groups.find(({ id }) => id === "context").title;
      section.append(el("h4", "", panels.words(title)), ...ground);
      body.append(section);
    }
    if (!body.children.length) {
      body.append(el("p", "atlas-empty", panels.t("legend_empty")));
    }
    return body;
  }

  function row(el, swatch, text, count) {
    const line = el("div", "atlas-entry");
    line.append(swatch, el("span", "name", text));
    if (count !== null) {
      line.append(el("span", "count", number(count)));
    }
    return line;
  }

  // How many features of each class are in view, and one of each to draw the sample from.
  function counted(view, layer, within) {
    const counts = new Map();
    for (let i = 0; i < layer.count; i += 1) {
      if (layer.geometry(i) && view.shown(layer, i) && within(layer, i)) {
        const key = layer.legend === "layer" ? null : layer.classOf(i);
        const entry = counts.get(key) || { n: 0, i };
        entry.n += 1;
        counts.set(key, entry);
      }
    }
    const order = [...layer.byValue.keys()];
    return order.length && layer.legend === "classes"
      ? order.filter((key) => counts.has(key)).map((key) => [key, counts.get(key)])
      : [...counts];
  }

  function listed(panels, layer, within, el) {
    const { view } = panels;
    const classes = counted(view, layer, within);
    if (!classes.length) {
      return null;
    }
    const total = classes.reduce((sum, [, { n }]) => sum + n, 0);
    const section = el("section");
    if (layer.pane === "isoline") {
      section.append(row(el, sample(layer, classes[0][1].i), titled(panels, layer), null));
      return section;
    }
    if (classes[0][0] === null) {
      section.append(row(el, sample(layer, classes[0][1].i), panels.words(layer.title), total));
      return section;
    }
    const title = el("h4", "", titled(panels, layer));
    title.append(el("span", "count", number(total)));
    section.append(title, ...classes.map(([key, { n, i }]) => {
      const entry = layer.byValue.get(key);
      const text = entry ? entry.label[view.lang] : layer.name(i, view.lang);
      return row(el, sample(layer, i), text, layer.classify === "id" ? null : n);
    }));
    if (layer.amounts.length) {
      section.append(sizes(panels, layer, el));
    }
    if (layer.note) {
      section.append(el("small", "atlas-said", panels.words(layer.note)));
    }
    // A result was counted before the reader chose a year.
    if (layer.group === "analysis" && view.year !== null) {
      section.append(el("small", "atlas-said", panels.t("time_all")));
    }
    return section;
  }

  // The line that says how many marks stand for a place known by its zone only.
  function zoneOnly(panels, layers, within, el) {
    const { view } = panels;
    const { title, sample } = view.document.zone_only;
    const n = layers.filter((layer) => !layer.isImage).reduce((sum, layer) => sum + layer.look.filter((look, i) =>
      layer.styles[look].zone_only && view.shown(layer, i) && within(layer, i)).length, 0);
    return n ? [row(el, Atlas.symbols.swatch(sample, "point"), panels.words(title), n)] : [];
  }

  function groundRows(panels, layer, within, el) {
    return counted(panels.view, layer, within).map(([key, { i }]) => {
      const entry = layer.byValue.get(key);
      const text = entry ? entry.label[panels.view.lang] : panels.words(layer.title);
      return row(el, sample(layer, i), text, null);
    });
  }

  function sample(layer, i) {
    const kind = layer.isPoint(i) ? "point" : layer.isLine(i) ? "line" : "area";
    return Atlas.symbols.swatch(layer.styleOf(i).sample, kind);
  }

  // Nested circles, each with its amount at its top.
  function sizes(panels, layer, el) {
    const { svg } = Atlas.symbols;
    const largest = Math.max(...layer.amounts.map(({ radius }) => radius));
    const [width, height] = [2 * largest + 48, 2 * largest + 8];
    const stroke = layer.colour;
    let level = Infinity;
    const parts = layer.amounts.flatMap(({ amount, radius }) => {
      const top = height - 2 - 2 * radius;
      // Amounts keep apart even where the circles of two are nearly one.
      level = Math.min(top, level - 12);
      const text = svg("text", { x: 2 * largest + 14, y: level + 4, "font-size": 11, fill: Atlas.looks.inks.soft });
      text.textContent = number(amount);
      return [
        svg("circle", { cx: largest + 2, cy: height - 2 - radius, r: radius, fill: "none", stroke,
          "stroke-width": 1.3 }),
        svg("path", { d: `M${largest + 2} ${top}L${2 * largest + 11} ${level}`, stroke: Atlas.looks.inks.lead, "stroke-width": 0.8 }),
        text,
      ];
    });
    const line = el("div", "atlas-sizes");
    line.append(svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, parts),
      el("small", "", panels.words(layer.sized)));
    return line;
  }

  function titled(panels, layer) {
    return panels.words(layer.title) + (layer.unit ? panels.bracketed(layer.unit) : "");
  }

  // The classes of a surface.
  function bands(panels, layer, el) {
    const section = el("section", "atlas-bands");
    section.append(el("h4", "", titled(panels, layer)), ...layer.classes.map(({ label, sample }) =>
      row(el, Atlas.symbols.swatch(sample, "area"), panels.words(label), null)));
    return section;
  }

  function ramp(panels, layer, el) {
    const section = el("section", "atlas-ramp");
    section.append(el("h4", "", titled(panels, layer)));
    const bar = el("div", "bar");
    bar.style.background = `linear-gradient(to right, ${layer.colours.join(",")})`;
    const ticks = el("div", "ticks");
    layer.ticks.forEach((tick) => ticks.append(el("span", "", tick)));
    section.append(bar, ticks);
    return section;
  }

  Atlas.card = card;
  Atlas.legend = legend;
})(window.Atlas = window.Atlas || {});
