// Says in which language the page is, and the words of the link that Streamlit puts before it.
export default function ({ data }) {
  document.documentElement.lang = data.lang;
  const link = document.querySelector("[data-testid=stSkipToContent]");
  if (link) {
    link.textContent = data.skip;
  }
}
