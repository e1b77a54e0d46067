// Names and places of all layers, for the search of every map of the page.
export default function ({ data }) {
  window.atlasNames = JSON.parse(data.layers);
  window.dispatchEvent(new Event("atlas-names"));
}
