// Says in which language the page is, and the words of the link that Streamlit puts before it.
export default function ({ data }) {
  document.documentElement.lang = data.lang;
  const link = document.querySelector("[data-testid=stSkipToContent]");
  if (link) {
    link.textContent = data.skip;
  }
  document.addEventListener("keydown", enter);
}

// What a button opens stands at the end of the document, behind all that the map can be walked by:
// the keys go from the button into it, and from its ends back.
function enter(event) {
  const body = event.key === "Tab" && document.querySelector("[data-testid=stPopoverBody]");
  const button = document.querySelector("[data-testid=stPopover] button[aria-expanded=true]");
  if (!body || !button || event.defaultPrevented) {
    return;
  }
  const inside = [...body.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility());
  if (inside.length === 0) {
    return;
  }
  const ends = event.shiftKey ? [inside[0], button] : [button, inside[0]];
  const atEnd = !event.shiftKey && document.activeElement === inside.at(-1);
  if (document.activeElement === ends[0] || atEnd) {
    event.preventDefault();
    (atEnd ? button : ends[1]).focus();
  }
}
