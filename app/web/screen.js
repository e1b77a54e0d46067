// Tells what is on the screen when Python asks: the map writes its view into the page's address,
// and the address goes back. Moving the map asks nothing, and so runs nothing. What was made of it
// is saved as a download.
const FETCHED_MS = 60000;
let saved = null;

function tell({ asked }, setStateValue) {
  for (let k = 0; k < window.frames.length; k += 1) {
    try {
      window.frames[k].Atlas?.tellAddress?.();
    } catch {
      // A frame of another host is none of ours, and keeps to itself.
    }
  }
  setStateValue("answer", { asked, address: window.location.search });
}

function save({ id, name, mime, content }) {
  // The same file may be drawn anew with its page.
  if (id === saved) {
    return;
  }
  saved = id;
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: mime }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FETCHED_MS);
}

export default function ({ data, setStateValue }) {
  if (data.content) {
    save(data);
  } else if (data.asked !== data.answered) {
    tell(data, setStateValue);
  }
}
