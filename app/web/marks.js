// Charts whose marks select a zone. What is pressed is read off the drawing at once and told by its
// id, so that a chart may be drawn anew meanwhile. A double click is one click.
const NEAR_PX = 6;
const DOUBLE_MS = 400;

// The zone whose mark lies at a place of the window, below whatever words and lines lie on it.
function markAt(chart, { clientX, clientY }) {
  const marks = document.elementsFromPoint(clientX, clientY)
    .filter((each) => each.closest(`.st-key-${chart}`))
    .map((each) => each.__data__)
    .filter((item) => item?.mark?.name?.startsWith("picked"));
  return marks.length ? marks[0].datum.id : null;
}

function begin(part) {
  let pressed = null;
  let last = { id: null, at: 0 };
  const listen = (kind, hear) => document.addEventListener(kind, function heard(event) {
    if (part.isConnected) {
      hear(event);
    } else {
      document.removeEventListener(kind, heard, true);
    }
  }, true);
  listen("pointerdown", (event) => {
    const id = event.isPrimary && event.button === 0 ? markAt(part.chart, event) : null;
    pressed = id === null ? null : { id, x: event.clientX, y: event.clientY };
  });
  listen("pointercancel", () => { pressed = null; });
  listen("pointerup", (event) => {
    const { id, x, y } = pressed || {};
    const again = id === last.id && event.timeStamp - last.at < DOUBLE_MS;
    if (pressed && !again && Math.hypot(event.clientX - x, event.clientY - y) <= NEAR_PX) {
      last = { id, at: event.timeStamp };
      part.tell(id);
    }
    pressed = null;
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const isNew = !parentElement.tell;
  parentElement.chart = data.chart;
  parentElement.tell = (id) => setTriggerValue("zone", id);
  if (isNew) {
    begin(parentElement);
  }
}
