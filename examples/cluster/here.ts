// Where this page is, and who else is where. Neither is kept: what they show belongs to the node.
import { html, LiveComponent, presence } from 'htmx-liveview';

const lookers = presence<{ name: string; node: string }>('cluster:here');
const node = process.env.NODE_NAME ?? '';

/** Says which node holds the page's stream. */
export class Serving extends LiveComponent {
  static component = 'cluster.Serving';
  since = '';

  mount() {
    this.since = new Date().toLocaleTimeString('en-GB');
  }

  render() {
    return html`
      <p class="figure">Node <output>${node}</output></p>
      <p class="hint">${this.connected ? `It has served this page since ${this.since}.` : 'It has rendered this page.'}</p>`;
  }
}

/** Says who is here, on which node. A page keeps its id wherever it goes, so it is there once. */
export class Here extends LiveComponent<{ name: string }> {
  static component = 'cluster.Here';
  people = this.presence(lookers, { name: this.session.name, node }, { id: this.id });

  render() {
    return html`<ul class="list">${this.people.members.map(
      ({ id, meta }) =>
        html`<li id="${id}"><span>${meta.name}${id === this.id ? ' (this page)' : ''}</span> <span>node ${meta.node}</span></li>`,
    )}</ul>`;
  }
}
