// The runbook, as it was when this program was built: what to do about each condition, without the internet.
import {html, Component} from './ui.js';
import {Loading, Problem} from './parts.js';
import {Refusal} from './api.js';
import {markdown} from './markdown.js';

const hrefOf = (anchor) => `#/runbook/${encodeURIComponent(anchor)}`;

export class Runbook extends Component {
  async componentDidMount() {
    try {
      const response = await fetch('/page/runbook.md');
      if (!response.ok)
        throw new Refusal('not_found',
          'This program was built without its runbook: it is config/RUNBOOK.md of its source.');
      const text = await response.text();
      this.setState({text}, () => this.reach());
    } catch (failure) {
      this.setState({refusal: failure instanceof Refusal ? failure : new Refusal('unreachable', String(failure))});
    }
  }

  reach() {
    const heading = this.props.id && document.getElementById(`at-${this.props.id.toLowerCase()}`);
    if (!heading)
      return;
    heading.scrollIntoView();
    heading.focus({preventScroll: true});
  }

  render(_, {text, refusal}) {
    if (refusal)
      return html`<h1>Runbook</h1><${Problem} refusal=${refusal} />`;
    return text === undefined ? html`<h1>Runbook</h1><${Loading} what="the runbook" lines=${8} />`
      : html`<article class="prose">${markdown(text, hrefOf)}</article>`;
  }
}
