// The dialog that stands before everything a person does: who, why, what follows; then what became of it.
import {html, Component, createRef} from './ui.js';
import {ask, inWords, part} from './api.js';
import {some} from './format.js';
import {KINDS, Tag} from './parts.js';
import {change, settings} from './settings.js';

const BY_BYTES_MAX = 64;
const WHY_BYTES_MAX = 200;
const AT_ONCE_MAX = 100; // entities of one request to resolve

export const ACTIONS = {
  cancel: {verb: 'Cancel', tone: 'danger', done: 'was cancelled, or will be as soon as the provider has answered',
    follows: 'What it has reserved and authorized is given back. This cannot be undone.'},
  retry: {verb: 'Retry', tone: 'primary', done: 'is out of quarantine and tried again',
    follows: 'The command that failed runs again, and what waits behind it. '
      + 'If it fails again it comes back into quarantine.'},
  release: {verb: 'Release', tone: 'danger', done: 'is out of quarantine; its command was dropped',
    follows: 'The command that fails is dropped for ever, and what waits behind it goes on. '
      + 'Use it when its effect is not wanted any more.'},
};

const bytesOf = (text) => new TextEncoder().encode(text).length;

/** Does it; the outcome for each entity: {kind, key, ok, refusal}. */
async function perform(action, entities, by, why) {
  if (action === 'cancel') {
    const {key} = entities[0];
    const answer = await ask(`/v1/orders/${part(key)}/cancel`, {method: 'POST', body: {by, why}, timeoutMs: 35_000});
    return [{kind: 'order', key, ok: true, status: answer.status}];
  }
  const outcomes = [];
  for (let i = 0; i < entities.length; i += AT_ONCE_MAX) {
    const answer = await ask('/v1/quarantine/resolve', {method: 'POST', timeoutMs: 35_000,
      body: {action, by, why, entities: entities.slice(i, i + AT_ONCE_MAX).map(({kind, key}) => ({kind, key}))}});
    outcomes.push(...answer.items);
  }
  return outcomes;
}

function nameOf(entities) {
  if (entities.length > 1)
    return some(entities.length, 'entity', 'entities');
  const [{kind, key}] = entities;
  return `${KINDS[kind] ?? kind} ${key}`;
}

const Outcome = ({action, outcomes}) => {
  const failed = outcomes.filter((each) => !each.ok);
  const one = outcomes.length === 1 && outcomes[0];
  return html`<div class="outcome" role="status">
    ${one ? html`<p><${Tag} name=${one.ok ? 'done' : 'refused'} tone=${one.ok ? 'good' : 'bad'} /> ${one.ok
        ? `The ${KINDS[one.kind] ?? one.kind} ${one.status ? `is ${one.status} now` : ACTIONS[action].done}.`
          : one.error?.detail ?? one.error?.title}</p>`
      : html`<p><${Tag} name=${failed.length ? 'partly done' : 'done'} tone=${failed.length ? 'warn' : 'good'} />
        ${' '}${outcomes.length - failed.length} of ${outcomes.length} are out of quarantine.</p>
        ${failed.length > 0 && html`<ul>${failed.slice(0, 20).map((each) => html`<li key=${each.key}>
          ${KINDS[each.kind] ?? each.kind} ${each.key}: ${each.error?.detail ?? each.error?.title}</li>`)}</ul>`}`}
            </div>`;
};

/** Props: action, entities [{kind, key}], text (what it is good for), close(), done(outcomes). */
export class ActionDialog extends Component {
  place = createRef();

  state = {by: settings.by, why: ''};

  componentDidMount() {
    this.place.current.showModal();
    this.place.current.querySelector(this.state.by ? '[name=why]' : '[name=by]').focus();
  }

  problemWith({by, why}) {
    if (bytesOf(by) > BY_BYTES_MAX)
      return `The name is longer than ${BY_BYTES_MAX} bytes.`;
    return bytesOf(why) > WHY_BYTES_MAX ? `The reason is longer than ${WHY_BYTES_MAX} bytes.` : '';
  }

  async submit(event) {
    event.preventDefault();
    const by = this.state.by.trim();
    const why = this.state.why.trim();
    if (!by || !why || this.problemWith(this.state) || this.state.asking)
      return;
    change({by});
    this.setState({asking: true, refusal: null});
    try {
      const outcomes = await perform(this.props.action, this.props.entities, by, why);
      this.setState({outcomes, asking: false});
      this.props.done(outcomes);
    } catch (refusal) {
      this.setState({refusal, asking: false});
      this.props.done([]);
    }
  }

  render({action, entities, text, close}, {by, why, asking, outcomes, refusal}) {
    const {verb, tone, follows} = ACTIONS[action];
    const problem = this.problemWith({by, why});
    const name = nameOf(entities);
    const where = entities.every(({kind}) => kind === 'order' || kind === 'card') ? 'with the order' : 'in the log';
    return html`<dialog class="action" ref=${this.place} aria-labelledby="action-title" onClose=${close}>
      <form onSubmit=${(event) => this.submit(event)}>
        <h2 id="action-title">${verb} ${name}</h2>
        ${text && html`<p>${text}</p>`}
        <p class="follows">${follows}</p>
        ${outcomes ? html`<${Outcome} action=${action} outcomes=${outcomes} />` : html`
          <label>Your name<input name="by" required autocomplete="name" value=${by}
            onInput=${(e) => this.setState({by: e.currentTarget.value})} /></label>
          <label>Reason<textarea name="why" required rows="2" value=${why}
            onInput=${(e) => this.setState({why: e.currentTarget.value})}></textarea></label>
          <p class="hint soft" aria-live="polite">
            ${problem || `Both stand ${where} for everybody to see${bytesOf(why) > WHY_BYTES_MAX / 2
              ? `; ${WHY_BYTES_MAX - bytesOf(why)} bytes left` : ''}.`}</p>
          ${refusal && html`<div class="problem" role="alert"><strong>${inWords(refusal).title}</strong>
            <p>${inWords(refusal).text}</p>
            ${inWords(refusal).again && html`<p class="soft">Whether it was done is not known. ${action === 'release'
              ? 'Look at the entity first: another command may have come into quarantine since.'
              : 'Doing it again does no harm.'}</p>`}</div>`}`}
        <div class="buttons">
          ${!outcomes && html`<button type="submit" class=${tone} disabled=${!by.trim() || !why.trim() || !!problem
            || asking}>
            ${asking ? 'Asking …' : `${verb} ${entities.length > 1 ? 'all of them'
              : `the ${KINDS[entities[0].kind] ?? entities[0].kind}`}`}</button>`}
          <button type="button" onClick=${() => this.place.current.close()}>${outcomes ? 'Close' : 'Do nothing'}
            </button>
        </div>
      </form></dialog>`;
  }
}
