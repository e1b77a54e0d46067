// Says what the page waits for: its scripts, its answer, the drawing of its map. What takes less
// than a moment is not worth a word, and what is said stands above the page and moves nothing.
{
  const MOMENT_MS = 500;
  const LONG_S = 3;
  const BUSY = ["initial", "running", "rerunRequested"];
  const notice = document.getElementById("atlas-waiting");
  // The first time counts from when the address was entered.
  const began = { at: 0, first: true };

  const mapIsDrawn = (frame) => {
    try {
      return Boolean(frame.contentDocument.querySelector(".leaflet-map-pane, .leaflet-container"));
    } catch {
      return true;
    }
  };

  const step = () => {
    const app = document.querySelector("[data-testid=stApp]");
    if (!app) {
      return "load";
    }
    if (BUSY.includes(app.dataset.testScriptState)) {
      // What says itself how far it is needs no second word.
      const told = document.querySelector("[data-testid=stProgress], [data-testid=stSpinner]");
      return began.first ? "ask" : (told ? "" : "work");
    }
    const maps = [...document.querySelectorAll("iframe.stCustomComponentV1")];
    // Streamlit keeps the place of what it has yet to load.
    const loads = document.querySelector("[data-testid=stMain] [data-testid=stSkeleton]");
    return !loads && maps.every(mapIsDrawn) ? "" : "draw";
  };

  const look = () => {
    const said = WORDS[document.documentElement.lang] || WORDS.en;
    const link = document.querySelector("[data-testid=stSkipToContent]");
    if (link && began.first) {
      link.textContent = said.skip;
    }
    const now = step();
    if (!now) {
      notice.hidden = true;
      [began.at, began.first] = [0, false];
      notice.classList.remove("first");
      return;
    }
    began.at ||= began.first ? 0 : performance.now();
    const past = performance.now() - began.at;
    notice.hidden = !began.first && past < MOMENT_MS;
    const [, words, clock] = notice.children;
    if (!notice.hidden && words.textContent !== said[now]) {
      words.textContent = said[now];
    }
    const seconds = Math.floor(past / 1000);
    clock.textContent = seconds < LONG_S ? "" : said.seconds.replace("{n}", seconds);
  };

  setInterval(look, 200);
}
