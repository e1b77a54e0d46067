// Panels: search, layers, card, legend and the strip below the map. All text is set as text.
(function (Atlas) {
  "use strict";

  const ROOMY = [1080, 640];
  const ROOM_FOR_LEGEND = 720;
  const MESSAGE_MS = 9000;
  const SCALE_PX = 110;
  const ROOM_FOR_MIDDLE_PX = 70;
  const LEGEND_SHARE = 0.25;
  const LEAST_LEGEND_PX = 120;
  const NARROW_PX = 560;
  const BESIDE_PX = 8;

  function el(tag, className, text) {
    const element = document.createElement(tag);
    if (className) {
      element.className = className;
    }
    if (text !== undefined && text !== null) {
      element.textContent = text;
    }
    return element;
  }

  function button(className, text, title, onClick) {
    const element = el("button", className, text);
    element.type = "button";
    element.title = title;
    element.setAttribute("aria-label", title);
    element.addEventListener("click", onClick);
    return element;
  }

  // A panel that scrolls can be scrolled by the keys too.
  function reachable(panel, name) {
    if (panel.scrollHeight > panel.clientHeight) {
      panel.tabIndex = 0;
      panel.setAttribute("aria-label", name);
    } else {
      panel.removeAttribute("tabindex");
    }
  }

  class Panels {
    constructor(view) {
      this.view = view;
      const { container } = view;
      this.left = container.appendChild(el("div", "atlas-left"));
      this.right = container.appendChild(el("div", "atlas-right"));
      this.note = container.appendChild(el("div", "atlas-note"));
      this.note.hidden = true;
      this.strip = container.appendChild(el("div", "atlas-strip"));
      this.scale = container.appendChild(el("div", "atlas-scale"));
      this.fit();
      this.search = new Atlas.Search(this);
      this.left.append(this.search.box);
      this.layersPanel = this.left.appendChild(el("section", "atlas-panel atlas-layers"));
      this.time = new Atlas.Time(this, el);
      this.left.append(this.time.box);
      this.tools = this.right.appendChild(el("div", "atlas-tools"));
      this.cardPanel = this.right.appendChild(el("section", "atlas-panel atlas-card"));
      this.cardPanel.hidden = true;
      this.cardPanel.tabIndex = -1;
      this.legendPanel = this.right.appendChild(el("section", "atlas-panel atlas-legend"));
      this.readout = this.strip.appendChild(el("span", "atlas-readout"));
      this.credit = this.strip.appendChild(el("span", "atlas-credit"));
      [this.left, this.right, this.note].forEach((panel) => {
        L.DomEvent.disableScrollPropagation(panel);
        L.DomEvent.disableClickPropagation(panel);
      });
      document.addEventListener("keydown", (event) => this.key(event));
      document.addEventListener("fullscreenchange", () => view.map.invalidateSize());
    }

    // What is open at first, and anew where a window becomes one with another room.
    fit() {
      const { clientWidth: w, clientHeight: h } = this.view.container;
      const open = { layers: w >= ROOMY[0] && h >= ROOMY[1], legend: w >= ROOM_FOR_LEGEND };
      const room = JSON.stringify(open);
      if (room !== this.room) {
        this.room = room;
        this.open = open;
        return true;
      }
      return false;
    }

    t(key, values) {
      return this.view.text(key, values);
    }

    words(pair) {
      return pair[this.view.lang];
    }

    key(event) {
      if (this.search.called(event)) {
        this.search.focus();
      } else if (event.key === "Escape" && !event.isComposing) {
        if (!this.note.hidden) {
          this.note.hidden = true;
        } else if (!this.search.close()) {
          this.view.clear(true);
        }
      }
    }

    draw() {
      this.drawTools();
      this.drawLayers();
      this.time.draw();
      this.search.draw();
      this.view.container.lang = this.view.lang === "zh" ? "zh-CN" : "en";
    }

    refresh() {
      this.drawLegend();
      this.drawScale();
      this.pointer(null);
      this.drawCredit();
      this.measure();
    }

    // What follows from how large things have become, when all are drawn.
    measure() {
      reachable(this.legendPanel, this.t("legend"));
      // What stands on the map from outside it keeps clear of the strip too.
      const high = `${this.strip.offsetHeight}px`;
      if (high !== this.high) {
        this.high = high;
        this.view.container.parentElement.style.setProperty("--strip", high);
      }
    }

    drawTools() {
      const { view } = this;
      const tools = [
        button("", "+", this.t("zoom_in"), () => view.map.zoomIn()),
        button("", "−", this.t("zoom_out"), () => view.map.zoomOut()),
        button("wide", this.t("home"), this.t("home"), () => view.home(true)),
      ];
      if (document.fullscreenEnabled) {
        tools.push(button("wide", this.t("fullscreen"), this.t("fullscreen"), () => this.fullscreen()));
      }
      if (!view.options.framed) {
        tools.push(button("wide", this.t("language"), this.t("language"),
          () => view.setLanguage(view.lang === "zh" ? "en" : "zh")));
      }
      this.tools.replaceChildren(...tools);
    }

    fullscreen() {
      if (document.fullscreenElement) {
        document.exitFullscreen();
      } else {
        this.view.container.requestFullscreen();
      }
    }

    heading(name, title) {
      const head = button("atlas-head", null, this.open[name] ? this.t("collapse") : this.t("expand"), () => {
        this.open[name] = this.squeezed && name === "legend" ? true : !this.open[name];
        this.squeezed = false;
        this.draw();
        this.view.refresh();
      });
      const open = this.open[name] && !(this.squeezed && name === "legend");
      head.removeAttribute("aria-label");
      head.setAttribute("aria-expanded", String(open));
      head.append(el("b", "", title), el("i", open ? "fold open" : "fold"));
      return head;
    }

    drawLayers() {
      const parts = [this.heading("layers", this.t("layers"))];
      if (this.open.layers) {
        const body = el("div", "atlas-body");
        body.append(this.baseRow(), ...this.groupRows(), this.evidenceRow());
        parts.push(body);
      }
      this.layersPanel.replaceChildren(...parts);
    }

    baseRow() {
      const row = el("label", "atlas-row base");
      const select = el("select");
      this.view.document.basemaps.forEach((base) => {
        const option = el("option", "", this.words(base.title));
        option.value = base.name;
        option.selected = base.name === this.view.base;
        select.append(option);
      });
      select.addEventListener("change", () => this.view.setBase(select.value));
      row.append(el("span", "", this.t("base")), select);
      return row;
    }

    groupRows() {
      const { model, document: source } = this.view;
      return source.groups.flatMap((group) => {
        const layers = model.listed().filter((layer) => layer.group === group.id);
        return layers.length ? [el("h4", "", this.words(group.title)),
          ...layers.map((layer) => this.layerRow(layer))] : [];
      });
    }

    layerRow(layer) {
      const row = el("label", "atlas-row");
      const box = el("input");
      box.type = "checkbox";
      box.checked = this.view.visible.has(layer.id);
      box.dataset.layer = layer.id;
      box.addEventListener("change", () => this.view.setVisible(layer.id, box.checked));
      row.append(box, el("span", "name", this.words(layer.title)));
      if (!layer.isImage) {
        const missing = layer.lacking;
        const count = el("span", "count", Atlas.numerals.number(layer.located));
        if (missing) {
          count.title = `${this.t("unlocated_short")} ${missing}`;
          count.append(el("small", "", ` +${missing}`));
        }
        row.append(count);
      }
      return row;
    }

    evidenceRow() {
      const { view } = this;
      const used = new Set();
      view.model.layers.filter((layer) => !layer.isImage && layer.group !== "context").forEach((layer) => {
        for (let i = 0; i < layer.count; i += 1) {
          used.add(layer.value("evidence", i));
        }
      });
      const part = el("div", "atlas-evidence");
      const names = Object.keys(view.document.evidence).filter((name) => used.has(name) && name !== "unlocated");
      if (names.length) {
        part.append(el("h4", "", this.t("evidence")));
      }
      names.forEach((name) => {
        const known = view.document.evidence[name];
        const row = el("label", "atlas-row");
        const box = el("input");
        box.type = "checkbox";
        box.checked = !view.hiddenEvidence.has(name);
        box.dataset.evidence = name;
        box.addEventListener("change", () => view.setEvidence(name, box.checked));
        const of = Atlas.looks.evidence_sample;
        const sample = Atlas.symbols.swatch({ ...of, opacity: 1, dash: known.dash && of.dash,
          fill_opacity: of.fill_opacity * known.opacity * known.opacity }, "area");
        row.append(box, sample, el("span", "name", this.words(known)));
        part.append(row);
      });
      return part;
    }

    // ---- card ----

    showCard(children) {
      const close = button("atlas-close", "×", this.t("close"), () => this.view.clear(true));
      this.cardPanel.replaceChildren(close, ...children);
      this.cardPanel.hidden = false;
      this.cardPanel.setAttribute("aria-label", children[0].textContent);
      this.cardPanel.scrollTop = 0;
      // Who came by the keys goes on reading here.
      if (document.activeElement.matches(".atlas-stage .atlas-point, .atlas-walk ul, .atlas-search input")) {
        this.opener = document.activeElement;
        this.cardPanel.focus({ preventScroll: true });
      }
      // Where both do not fit, the legend folds rather than being cut.
      const room = this.right.clientHeight - this.cardPanel.offsetTop;
      this.squeezed = this.squeezed || this.cardPanel.scrollHeight + this.legendPanel.scrollHeight > room - 16;
      this.drawLegend();
      this.measure();
      this.view.drawLabels();
    }

    card(layer, i) {
      const parts = layer.elsewhere ? this.mention(layer, i) : Atlas.card(this, layer, i, el);
      // What the page found of it stands first below its name and what it is.
      const { id, facts } = this.view.document.selected || {};
      if (facts && id === layer.value("id", i)) {
        const list = el("dl");
        list.append(...facts.flatMap(([title, words]) => [el("dt", "", title), el("dd", "", words)]));
        parts.splice(2, 0, list);
      }
      this.showCard(parts);
    }

    // Of what this map does not draw: its name, and where there is more of it.
    mention(layer, i) {
      const known = [el("h3", "", layer.name(i, this.view.lang)), el("p", "atlas-kind", this.words(layer.title))];
      const where = layer.place(i) ? "elsewhere" : "elsewhere_unlocated";
      return layer.shapes ? known : [...known, el("p", "atlas-source", this.t(where))];
    }

    list(items, title = this.t("here", { n: items.length })) {
      const rows = items.map(({ layer, i }) => {
        const row = button("atlas-item", null, layer.name(i, this.view.lang), () => this.view.open(layer, i));
        const style = layer.styleOf(i);
        row.append(Atlas.symbols.swatch({ ...style.sample, opacity: style.tint }, "point"),
          el("span", "", layer.name(i, this.view.lang)));
        return row;
      });
      this.showCard([el("p", "atlas-here", title), ...rows]);
    }

    closeCard() {
      this.squeezed = false;
      if (this.opener && this.cardPanel.contains(document.activeElement)) {
        this.opener.focus({ preventScroll: true });
        this.opener.select?.();
      }
      this.opener = null;
      this.cardPanel.hidden = true;
      this.cardPanel.replaceChildren();
    }

    // ---- legend ----

    drawLegend() {
      // Asked before anything is written: after it the browser would lay out the page to answer.
      const { clientWidth, clientHeight } = this.view.stage;
      const { clientWidth: wide } = this.right;
      const { scrollTop } = this.legendPanel;
      // At most a quarter of the map; the rest is reached by scrolling.
      const highest = Math.max(LEGEND_SHARE * clientWidth * clientHeight / wide, LEAST_LEGEND_PX);
      const parts = [this.heading("legend", this.t("legend_in_view"))];
      if (this.open.legend && !this.squeezed) {
        parts.push(Atlas.legend(this, el));
      }
      this.legendPanel.style.maxHeight = `${Math.round(highest)}px`;
      this.legendPanel.replaceChildren(...parts);
      if (scrollTop) {
        this.legendPanel.scrollTop = scrollTop;
      }
    }

    // ---- strip: scale, coordinates, attribution ----

    drawScale() {
      const { map } = this.view;
      const y = map.getSize().y / 2;
      const metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([SCALE_PX, y]));
      const power = 10 ** Math.floor(Math.log10(metres));
      const round = [5, 2, 1].find((n) => n * power <= metres) * power;
      const px = Math.round(SCALE_PX * round / metres);
      const km = round >= 1000;
      const number = (n) => Atlas.numerals.significant(km ? n / 1000 : n, 3);
      const bar = el("div", "bar");
      bar.style.width = `${px}px`;
      bar.append(el("i"), el("i"), el("i"), el("i"));
      const ticks = el("div", "ticks");
      ticks.style.width = `${px}px`;
      ticks.append(el("span", "", "0"), el("span", "", px < ROOM_FOR_MIDDLE_PX ? "" : number(round / 2)),
        el("span", "", this.t(km ? "kilometres" : "metres", { n: number(round) })));
      const body = el("div", "measure");
      body.append(ticks, bar);
      const north = el("div", "north", this.t("north"));
      north.append(Atlas.symbols.svg("svg", { width: 16, height: 24, viewBox: "0 0 16 24" }, [
        Atlas.symbols.svg("path", { d: "M8 0L15 23L8 18Z", fill: Atlas.looks.inks.ink }),
        Atlas.symbols.svg("path", { d: "M8 0L1 23L8 18Z", fill: "#FFFFFF", stroke: Atlas.looks.inks.ink, "stroke-width": 1 }),
      ]));
      this.scale.replaceChildren(north, body);
    }

    pointer(at) {
      const [lon, lat] = at || this.view.fromMap(this.view.map.getCenter());
      this.readout.textContent = `${this.t("coordinates")}  ${lon.toFixed(6)}, ${lat.toFixed(6)}`;
    }

    bracketed(unit) {
      return this.t("bracketed", { unit });
    }

    drawCredit() {
      const { view } = this;
      const base = view.baseRecord(view.base);
      const lines = new Set([base.attribution]);
      view.model.layers.filter((layer) => view.visible.has(layer.id) && !layer.isImage).forEach((layer) => {
        const ids = layer.columns.source_id;
        (ids ? new Set(Array.isArray(ids) ? ids : ids.values) : new Set()).forEach((id) => {
          const source = view.document.sources[id];
          lines.add(source ? source[view.lang === "en" ? "attribution_en" : "attribution"] : "");
        });
      });
      // What was left out of texts from outside.
      view.document.remarks[view.lang === "en" ? "en" : "zh"].forEach((remark) => lines.add(remark));
      // No line begins with the number of what ends the last one, nor ends in a sign of copyright.
      this.credit.textContent = [...lines].filter(Boolean).join(" · ")
        .replace(/© /g, "©\u00a0").replace(/ (?=\d)/g, "\u00a0");
      this.credit.title = this.credit.textContent;
    }

    // ---- messages ----

    say(text) {
      this.note.replaceChildren(el("span", "", text),
        button("atlas-close", "×", this.t("close"), () => { this.note.hidden = true; }));
      this.note.hidden = false;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.note.hidden = true; }, MESSAGE_MS);
    }

    askKey(base, use) {
      clearTimeout(this.timer);
      const form = el("form", "atlas-key");
      const input = el("input");
      input.type = "password";
      input.autocomplete = "off";
      input.placeholder = this.t("base_key_input");
      const go = el("button", "", this.t("base_key_use"));
      go.type = "submit";
      form.append(el("p", "", this.t("base_key", { name: this.words(base.title) })), input, go);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (input.value.trim()) {
          this.note.hidden = true;
          use(input.value.trim());
        }
      });
      this.note.replaceChildren(form,
        button("atlas-close", "×", this.t("close"), () => { this.note.hidden = true; }));
      this.note.hidden = false;
      this.drawLayers();
      input.focus();
    }

    // Widths that the open panels cover at the left and at the right.
    covered() {
      return [this.open.layers ? this.left.offsetWidth + 24 : 28,
        this.open.legend ? this.right.offsetWidth + 24 : 28];
    }

    // The part of the map beside the panels, or above the card and below the search where it is
    // narrow, in its own pixels.
    clear() {
      const { clientWidth: width, clientHeight: height } = this.view.stage;
      const origin = this.view.stage.getBoundingClientRect();
      const edge = (panel, side) => panel.getBoundingClientRect()[side] - origin[side === "top" || side === "bottom" ? "top" : "left"];
      if (width <= NARROW_PX) {
        const low = [this.cardPanel, this.legendPanel].filter((panel) => !panel.hidden).map((panel) => edge(panel, "top"));
        const high = Math.max(edge(this.left, "bottom"), edge(this.tools, "bottom"));
        return { left: BESIDE_PX, right: width - BESIDE_PX, top: high + BESIDE_PX, bottom: Math.min(...low) - BESIDE_PX };
      }
      return { left: edge(this.left, "right") + BESIDE_PX, right: edge(this.right, "left") - BESIDE_PX, top: BESIDE_PX, bottom: height - BESIDE_PX };
    }

    // Where panels cover the map, in its own pixels.
    boxes() {
      const origin = this.view.stage.getBoundingClientRect();
      return [this.search.box, this.layersPanel, this.time.box, this.tools, this.cardPanel, this.legendPanel, this.scale,
        ...this.view.drawing.elements(), ...this.view.measure.elements()]
        .filter((panel) => panel && !panel.hidden)
        .map((panel) => panel.getBoundingClientRect())
        .filter((rect) => rect.width && rect.height)
        .map((rect) => ({ left: rect.left - origin.left, right: rect.right - origin.left,
          top: rect.top - origin.top, bottom: rect.bottom - origin.top }));
    }
  }

  Atlas.elements = { el, button };
  Atlas.Panels = Panels;
})(window.Atlas = window.Atlas || {});
