// One for everybody: an instance that all viewers share, rendered once for all of them.
import { html, LiveComponent, type LiveEvent, type Params } from 'htmx-liveview';
import { z } from 'zod';

const choices = ['Tea', 'Coffee', 'Water'] as const;

interface Voter {
  readonly owner: string;
}

export class Vote extends LiveComponent<{ question: string }, Voter> {
  static component = 'demo.Vote';
  static scope = 'app';
  static events = { vote: z.object({ choice: z.enum(choices) }) };

  /** What each session has chosen: `this.context` would be one viewer's, `event.context` is that of whoever acted. */
  votes = new Map<string, string>();

  vote({ choice }: Params<typeof Vote, 'vote'>, event: LiveEvent<Voter>) {
    this.votes.set(event.context.owner, choice);
  }

  render() {
    const all = [...this.votes.values()];
    const count = (choice: string) => all.filter((it) => it === choice).length;
    return html`
      <h2>${this.session.question}</h2>
      ${choices.map(
        (choice) => html`
          <p id="vote-${choice}" class="choice">
            <button lv-event="vote" name="choice" value="${choice}">${choice}</button>
            <meter min="0" max="${Math.max(all.length, 1)}" value="${count(choice)}" aria-label="${choice}"></meter>
            <output>${count(choice)}</output>
          </p>`,
      )}
      <p id="vote-all">${all.length === 1 ? 'One vote' : `${all.length} votes`} so far.</p>`;
  }
}
