// The map inside a Streamlit page: receives documents, returns clicks and finished drawings, and
// keeps the view in the address of the page without running the page again.
(function (Atlas) {
  "use strict";

  const DIGITS = 5;
  const WIDEST_PX = 20000;
  const KEEP_MS = 500;
  const page = window.parent.location.pathname;
  let view = null;
  let shown = null;
  let urlState = true;
  // Whether the address tells of the view; it does not before someone moves the map or asks.
  let told = false;
  let clicks = 0;
  let selected = {};
  let drawn = {};
  let known = "null";
  let picked = {};
  let linked = null;
  let outlines = "";
  let charted = null;
  let seen = null;

  function send(type, content) {
    window.parent.postMessage({ isStreamlitMessage: true, type: `streamlit:${type}`, ...content }, "*");
  }

  // What Python reads. Clicks are numbered, so that the same feature clicked twice is told twice;
  // by the clock, so that a map opened anew goes on where the last one ended. 0 is no click yet.
  function report() {
    window.parent.dispatchEvent(new Event("atlas-step"));
    send("setComponentValue", { value: { ...selected, ...drawn, ...picked, click: clicks }, dataType: "json" });
  }

  // As Python reads them (app/view_state.py).
  function number(text) {
    return /^-?[0-9]{1,5}(\.[0-9]{1,20})?$/.test(text) ? Number(text) : NaN;
  }

  // view=lat,lon,zoom,width,height & layers=a.-b & hidden=c & year=y & base=name; anything else in them is
  // not believed. The size is that of the window which the link was made in, and may be missing.
  // Of layers it says which were switched, on or off (-), of the classes of evidence which are off.
  function readAddress() {
    const asked = new URLSearchParams(window.parent.location.search);
    const state = {};
    const [lat, lon, zoom, ...size] = (asked.get("view") || "").split(",").map(number);
    const sized = size.length === 0 || (size.length === 2 && size.every((px) => px >= 1 && px <= WIDEST_PX));
    if (Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 18 && sized) {
      state.view = { lat, lon, zoom };
    }
    const names = (key) => (asked.get(key) || "").split(".").filter(Boolean);
    state.layers = names("layers").map((name) => [name.replace(/^-/, ""), !name.startsWith("-")]);
    state.hidden = names("hidden");
    state.year = /^[1-9][0-9]{3}$/.test(asked.get("year") || "") ? Number(asked.get("year")) : null;
    if (asked.get("base")) {
      state.base = asked.get("base");
    }
    return state;
  }

  function writeAddress() {
    const { view: { lat, lon, zoom }, size: { x, y }, layers, hidden, year, base } = view.state();
    const { location, history } = window.parent;
    // A window that is not laid out yet shows nothing.
    if (location.pathname !== page || x < 1 || y < 1) {
      return;
    }
    told = true;
    const address = new URL(location.href);
    const parts = {
      view: [lat.toFixed(DIGITS), lon.toFixed(DIGITS), zoom, x, y].join(","),
      layers: layers.map(([id, on]) => (on ? id : `-${id}`)).join("."),
      hidden: hidden.join("."),
      year: year === null ? "" : String(year),
      base,
    };
    Object.entries(parts).forEach(([key, value]) => (value
      ? address.searchParams.set(key, value) : address.searchParams.delete(key)));
    if (address.href !== location.href) {
      // As the browser does it: the page keeps what is missing in an address that it writes itself.
      History.prototype.replaceState.call(history, history.state, "", address);
    }
  }

  // Have the address say what is on the screen now: a print is made from it.
  Atlas.tellAddress = () => {
    if (view && urlState) {
      writeAddress();
    }
  };

  // What the charts beside the map draw pale lies out of view (app/web/charts.py): each is told
  // by the note above it, which is seen where there is such a thing. A chart may come at any time.
  function tellCharts() {
    const notes = window.parent.document.querySelectorAll("[class^=in-view]");
    if (!view || !urlState || notes.length === 0) {
      return;
    }
    const bounds = view.bounds();
    const at = bounds.join();
    if (!seen || seen.at !== at) {
      const areas = charted ? [charted] : view.model.layers.filter((layer) => layer.group === "analysis" && layer.shapes);
      const all = areas.flatMap((layer) => layer.shapes.map((shape, i) => [layer.value("id", i), layer.within(i, bounds)]));
      seen = { at, ids: Object.fromEntries(all) };
    }
    [...notes].filter((note) => note.value !== seen.ids).forEach((note) => {
      note.value = seen.ids;
      note.hidden = JSON.parse(note.dataset.zones).every((id) => seen.ids[id] !== false);
      note.dispatchEvent(new Event("input"));
    });
  }

  // The window may change its size.
  setInterval(() => {
    if (told) {
      writeAddress();
    }
    tellCharts();
  }, KEEP_MS);

  function render(args) {
    send("setFrameHeight", { height: args.height });
    if (args.document + args.notes !== shown) {
      const next = JSON.parse(args.document);
      if (args.notes) {
        const notes = JSON.parse(args.notes);
        next.layers.push(notes);
        next.visible.push(notes.id);
      }
      shown = args.document + args.notes;
      if (view) {
        // What was clicked since Python was asked is newer than what it answers.
        view.update(next, args.heard >= clicks);
      } else {
        create(next, args);
        hearNames();
        view.map.on("moveend", tellCharts);
      }
      seen = null;
    }
    if (args.outlines !== outlines) {
      outlines = args.outlines;
      charted = outlines ? new Atlas.Layer(JSON.parse(outlines)) : null;
      seen = null;
    }
    // Streamlit calls the frame by the name of a module.
    window.frameElement.title = view.text("frame");
    view.drawing.allow(args.draw);
    show(args.drawn);
    view.pick(args.pick);
    view.ground = args.ground;
    link(args.link);
  }

  // The area that Python knows of, if it is news: one that is drawn here is told to Python first.
  function show(ring) {
    const news = JSON.stringify(ring || null);
    if (news !== known) {
      known = news;
      drawn = ring ? { drawn: ring } : {};
      view.drawing.show(ring || null);
    }
  }

  function create(next, args) {
    urlState = args.url_state;
    view = Atlas.create("atlas", next, {
      framed: true,
      keys: args.keys,
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
      onGround: (ground) => {
        clicks = Math.max(clicks + 1, Date.now());
        selected = { ground };
        report();
      },
      onPick: (at, metresPerPx) => {
        clicks = Math.max(clicks + 1, Date.now());
        picked = { at, px_m: metresPerPx };
        report();
      },
      onStep: () => {
        if (urlState && window.parent.location.pathname === page) {
          const { history, location } = window.parent;
          History.prototype.pushState.call(history, history.state, "", location.href);
        }
      },
      onState: () => {
        Atlas.tellAddress();
        if (linked) {
          linked.tellBase();
        }
      },
    });
  }

  // What no map of the page draws is told to all of them once (app/web/names.js).
  function hearNames() {
    if (view && window.parent.atlasNames) {
      view.mention(window.parent.atlasNames);
    }
  }

  window.parent.addEventListener("atlas-names", hearNames);
  window.addEventListener("pagehide", () => window.parent.removeEventListener("atlas-names", hearNames));

  function link(name) {
    if (linked && linked.name !== name) {
      linked.end();
      linked = null;
    }
    if (name && !linked) {
      linked = new Atlas.Linked(view, name, urlState);
    }
  }

  // Back in the browser, the map shows what it showed there.
  function goBack() {
    if (view && urlState && window.parent.location.pathname === page) {
      const state = readAddress();
      told = Boolean(state.view);
      view.goTo(state);
    }
  }

  window.parent.addEventListener("popstate", goBack);
  window.addEventListener("pagehide", () => window.parent.removeEventListener("popstate", goBack));

  // "/" asks for the search from anywhere on the page around the map, of the first map that hears it.
  // Escape lets go of what is selected, but where it ends something else of the page.
  function called(event) {
    if (view && view.panels.search.called(event)) {
      window.focus();
      view.panels.search.focus();
    } else if (view && event.key === "Escape" && !event.target.closest("input, textarea") &&
        !window.parent.document.querySelector("[data-baseweb=popover], [role=dialog]")) {
      view.panels.key(event);
    }
  }

  window.parent.document.addEventListener("keydown", called);
  window.addEventListener("pagehide", () => window.parent.document.removeEventListener("keydown", called));

  window.addEventListener("message", (event) => {
    if (event.source === window.parent && event.data.type === "streamlit:render") {
      render(event.data.args);
    }
  });
  send("componentReady", { apiVersion: 1 });
})(window.Atlas = window.Atlas || {});
