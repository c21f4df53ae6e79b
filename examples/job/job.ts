// A long job of one session: all its tabs show it, it goes on during a reload, and it ends when the last tab is closed.
import { type Fields, html, LiveComponent } from 'htmx-liveview';
import { countPrimes, type Progress } from './primes.ts';

const NOTHING: Progress = { at: 0, found: 0 };

export class Job extends LiveComponent<{ below: number }> {
  static component = 'demo.Job';
  static scope = 'session';
  static events = { start: true, retry: true, cancel: true };

  state: 'ready' | 'running' | 'cancelled' | 'failed' | 'done' = 'ready';
  progress = NOTHING;
  error = '';
  #cancel = () => {};

  start({ fail }: Fields) {
    if (this.state === 'running') return; // another tab was faster
    this.progress = NOTHING;
    this.run(fail === 'on');
  }

  /** Goes on where it ended. */
  retry() {
    if (this.state === 'cancelled' || this.state === 'failed') this.run(false);
  }

  cancel() {
    this.#cancel();
  }

  run(mustFail: boolean) {
    this.state = 'running';
    this.error = '';
    this.#cancel = this.task('count', async (signal) => {
      try {
        for await (const progress of countPrimes(this.session.below, this.progress, signal)) {
          this.progress = progress;
          if (mustFail && progress.at >= this.session.below / 2) throw new Error('The abacus is broken.');
        }
        this.state = 'done';
      } catch (error) {
        this.state = signal.aborted ? 'cancelled' : 'failed';
        if (!signal.aborted) this.error = (error as Error).message;
      }
    });
  }

  render() {
    const { at, found } = this.progress;
    const { below } = this.session;
    const isRunning = this.state === 'running';
    const isHeld = this.state === 'cancelled' || this.state === 'failed';
    return html`
      <p id="state" class="figure" role="status">${TITLES[this.state]} <small>${Math.floor((100 * at) / below)} %</small></p>
      <progress id="bar" max="${below}" value="${at}" aria-label="Progress"></progress>
      <p id="found">${found.toLocaleString('en')} primes among the first ${at.toLocaleString('en')} of ${below.toLocaleString('en')} numbers</p>
      <p class="error" role="alert">${this.error}</p>
      <form lv-event="start" class="row">
        <button disabled="${isRunning}">${this.state === 'ready' ? 'Start' : 'Start anew'}</button>
        <button type="button" lv-event="cancel" class="quiet" disabled="${!isRunning}">Cancel</button>
        <button type="button" lv-event="retry" class="quiet" disabled="${!isHeld}">Go on from there</button>
        <label class="check"><input type="checkbox" name="fail"> fail half-way</label>
      </form>`;
  }
}

const TITLES = { ready: 'Ready', running: 'Counting…', cancelled: 'Cancelled', failed: 'Failed', done: 'Done' };
