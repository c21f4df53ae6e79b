// Questions from the audience: anybody asks, anybody votes, and every browser shows the same list.
import { html, type InvalidEvent, LiveComponent, type Params } from 'htmx-liveview';
import { z } from 'zod';
import { ask, changed, type Question, questions, vote } from '../store.ts';

export class Questions extends LiveComponent<{ title: string }> {
  static component = 'app.Questions';
  static events = {
    ask: z.object({ text: z.string().trim().min(1, 'Please write a question.').max(120, 'That is too long.') }),
    vote: z.object({ id: z.coerce.number().int() }),
  };

  questions: readonly Question[] = [];
  error = '';

  mount() {
    this.load();
    this.subscribe(changed, () => this.load());
  }

  load() {
    this.questions = questions();
  }

  ask({ text }: Params<typeof Questions, 'ask'>) {
    ask(text);
    this.error = '';
    this.publish(changed);
  }

  vote({ id }: Params<typeof Questions, 'vote'>) {
    vote(id);
    this.publish(changed);
  }

  invalid({ messages }: InvalidEvent) {
    this.error = messages.text ?? '';
  }

  render() {
    return html`
      <h2>${this.session.title}</h2>
      <form lv-event="ask" class="row" novalidate>
        <input name="text" placeholder="What would you like to know?" aria-label="Your question" autocomplete="off"
          aria-invalid="${this.error !== ''}" aria-describedby="error">
        <button>Ask</button>
      </form>
      <p id="error" class="error" role="alert">${this.error}</p>
      <ul>${this.questions.map(renderQuestion)}</ul>`;
  }
}

function renderQuestion({ id, text, votes }: Question) {
  return html`
    <li id="question-${id}">
      <span>${text}</span>
      <button lv-event="vote" name="id" value="${id}" class="quiet" aria-label="Vote for: ${text}">▲ ${votes}</button>
    </li>`;
}
