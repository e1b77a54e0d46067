// Areas and lines by the keys: for each layer a list of what is in view, which shows while it has
// the focus. The arrows go through it and outline each on the map, Enter opens its card.
(function (Atlas) {
  "use strict";

  const MOST = 100;
  const LINE_PX = 40;
  const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

  class Walk {
    constructor(view, el) {
      this.view = view;
      this.el = el;
      this.box = view.container.appendChild(el("div", "atlas-walk"));
      this.mark = L.layerGroup().addTo(view.map);
      this.lists = new Map();
    }

    // The lists of the layers that have areas or lines in view; one that has the focus keeps it.
    draw() {
      const { view } = this;
      const layers = view.model.listed().filter((layer) => !layer.isImage && layer.shapes && layer.group !== "context" && layer.pane !== "isoline");
      const found = layers.map((layer) => [layer, this.inView(layer)]).filter(([, items]) => items.length);
      const ids = new Set(found.map(([layer]) => layer.id));
      [...this.lists.keys()].filter((id) => !ids.has(id)).forEach((id) => {
        this.lists.get(id).remove();
        this.lists.delete(id);
      });
      found.forEach(([layer, items]) => this.fill(layer, items));
    }

    // As a reader's eye goes: line by line from the top.
    inView(layer) {
      const { view } = this;
      const bounds = view.bounds();
      const seen = [];
      for (let i = 0; i < layer.count && view.visible.has(layer.id); i += 1) {
        if (!layer.isPoint(i) && layer.tells(i) && view.shown(layer, i) && layer.within(i, bounds)) {
          seen.push({ i, at: view.map.latLngToContainerPoint(view.toMap(...layer.place(i), false)) });
        }
      }
      const line = ({ at }) => Math.floor(at.y / LINE_PX);
      return seen.sort((a, b) => line(a) - line(b) || a.at.x - b.at.x).slice(0, MOST).map(({ i }) => i);
    }

    fill(layer, items) {
      let list = this.lists.get(layer.id);
      if (!list) {
        list = this.list(layer.id);
      }
      const { lang } = this.view;
      const name = layer.title[lang];
      list.setAttribute("aria-label", this.view.text("walk", { name, n: Atlas.numerals.number(items.length) }));
      const options = items.map((i) => {
        const option = this.el("li", "", layer.name(i, lang));
        option.setAttribute("role", "option");
        option.id = `atlas-walk-${layer.id}-${i}`;
        option.dataset.i = i;
        option.addEventListener("click", () => this.view.open(layer, i));
        return option;
      });
      list.replaceChildren(...options);
      this.choose(list, layer.id, items.includes(list.at) ? list.at : items[0]);
    }

    list(id) {
      const list = this.box.appendChild(this.el("ul"));
      list.tabIndex = 0;
      list.setAttribute("role", "listbox");
      list.addEventListener("focus", () => this.choose(list, id, list.at));
      list.addEventListener("blur", () => this.mark.clearLayers());
      list.addEventListener("keydown", (event) => this.key(event, list, id));
      this.lists.set(id, list);
      return list;
    }

    key(event, list, id) {
      const options = [...list.children];
      const at = options.findIndex((option) => Number(option.dataset.i) === list.at);
      const to = STEPS[event.key] ? at + STEPS[event.key] : { Home: 0, End: options.length - 1 }[event.key];
      if (to !== undefined) {
        this.choose(list, id, Number(options[(to + options.length) % options.length].dataset.i));
      } else if (event.key === "Enter" || event.key === " ") {
        this.view.open(this.view.model.byId.get(id), list.at);
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    }

    choose(list, id, i) {
      const { view } = this;
      const layer = view.model.byId.get(id);
      list.at = i;
      [...list.children].forEach((option) => option.setAttribute("aria-selected", String(Number(option.dataset.i) === i)));
      list.setAttribute("aria-activedescendant", `atlas-walk-${id}-${i}`);
      if (document.activeElement === list) {
        list.querySelector("[aria-selected=true]").scrollIntoView({ block: "nearest" });
        this.mark.clearLayers();
        this.mark.addLayer(view.shapes.path(layer, i, { pane: "atlas-chosen", color: Atlas.looks.inks.link,
          weight: 4, dashArray: "2 6", fill: false, interactive: false }));
      }
    }
  }

  Atlas.Walk = Walk;
})(window.Atlas = window.Atlas || {});
