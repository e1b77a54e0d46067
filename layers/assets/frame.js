// The map inside a Streamlit page: receives documents, returns clicks and finished drawings, and
// keeps the view in the address of the page without running the page again.
(function (Atlas) {
  "use strict";

  const DIGITS = 5;
  let view = null;
  let shown = null;
  let urlState = true;
  let clicks = 0;
  let selected = {};
  let drawn = {};
  let linked = null;

  function send(type, content) {
    window.parent.postMessage({ isStreamlitMessage: true, type: `streamlit:${type}`, ...content }, "*");
  }

  // What Python reads. Clicks are numbered, so that the same feature clicked twice is told twice;
  // by the clock, so that a map opened anew goes on where the last one ended. 0 is no click yet.
  function report() {
    send("setComponentValue", { value: { ...selected, ...drawn, click: clicks }, dataType: "json" });
  }

  function number(text) {
    return text.trim() === "" ? NaN : Number(text);
  }

  // view=lat,lon,zoom & layers=a.b.c & base=name; anything else in them is not believed.
  function readAddress() {
    const asked = new URLSearchParams(window.parent.location.search);
    const state = {};
    const [lat, lon, zoom] = (asked.get("view") || "").split(",").map(number);
    if (Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 18) {
      state.view = { lat, lon, zoom };
    }
    if (asked.has("layers")) {
      state.layers = asked.get("layers").split(".").filter(Boolean);
    }
    if (asked.get("base")) {
      state.base = asked.get("base");
    }
    return state;
  }

  function writeAddress({ view: { lat, lon, zoom }, layers, base }) {
    const { location, history } = window.parent;
    const address = new URL(location.href);
    address.searchParams.set("view", [lat.toFixed(DIGITS), lon.toFixed(DIGITS), zoom].join(","));
    address.searchParams.set("layers", layers.join("."));
    address.searchParams.set("base", base);
    history.replaceState(history.state, "", address);
  }

  function render(args) {
    send("setFrameHeight", { height: args.height });
    if (args.document !== shown) {
      const next = JSON.parse(args.document);
      shown = args.document;
      if (view) {
        view.update(next);
      } else {
        create(next, args);
      }
    }
    view.drawing.allow(args.draw);
    link(args.link);
  }

  function create(next, args) {
    urlState = args.url_state;
    view = Atlas.create("atlas", next, {
      framed: true,
      keys: args.tianditu_key ? { tianditu: args.tianditu_key } : {},
      state: urlState ? readAddress() : {},
      onSelect: (value) => {
        clicks = Math.max(clicks + 1, Date.now());
        selected = value || {};
        report();
      },
      onDraw: (ring) => {
        drawn = ring ? { drawn: ring } : {};
        report();
      },
      onState: (state) => {
        if (urlState) {
          writeAddress(state);
        }
        if (linked) {
          linked.tellBase();
        }
      },
    });
  }

  function link(name) {
    if (linked && linked.name !== name) {
      linked.end();
      linked = null;
    }
    if (name && !linked) {
      linked = new Atlas.Linked(view, name, urlState);
    }
  }

  window.addEventListener("message", (event) => {
    if (event.source === window.parent && event.data.type === "streamlit:render") {
      render(event.data.args);
    }
  });
  send("componentReady", { apiVersion: 1 });
})(window.Atlas = window.Atlas || {});
