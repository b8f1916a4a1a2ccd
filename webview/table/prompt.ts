import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styles } from '../ui/styles';

export interface Question {
  label: string;
  value: string;
  /** What is wrong with a text; empty where nothing is. */
  check: (text: string) => string;
  accept: (text: string) => void;
}

/** px that it needs. */
const WIDTH = 240;
const HEIGHT = 100;

/** Asks for one text at a place: Enter accepts what is right, Esc gives the focus back. */
@customElement('table-prompt')
export class TablePrompt extends LitElement {
  @state() private question: Question | null = null;
  @state() private problem = '';
  private place = { x: 0, y: 0 };
  private cameFrom: HTMLElement | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  open(question: Question, anchor: DOMRect | { x: number; y: number }): void {
    this.cameFrom = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const y = 'bottom' in anchor ? anchor.bottom : anchor.y;
    this.place = {
      x: Math.max(0, Math.min(anchor.x, window.innerWidth - WIDTH)),
      y: Math.max(0, Math.min(y, window.innerHeight - HEIGHT)),
    };
    this.problem = '';
    this.question = question;
    void this.updateComplete.then(() => this.querySelector('input')?.select());
  }

  protected override render(): TemplateResult | typeof nothing {
    const { question, place } = this;
    return question === null
      ? nothing
      : html`<div
          class="prompt"
          role="dialog"
          aria-label=${question.label}
          ${styles({ left: `${place.x}px`, top: `${place.y}px` })}
          @keydown=${this.onKey}
          @focusout=${this.onFocusOut}
        >
          <label
            >${question.label}
            <input
              type="text"
              .value=${question.value}
              aria-invalid=${String(this.problem !== '')}
              aria-describedby="prompt-problem"
            />
          </label>
          <p id="prompt-problem" class="prompt-problem" role="status">${this.problem}</p>
        </div>`;
  }

  private close(): void {
    this.question = null;
    this.cameFrom?.focus();
  }

  private readonly onFocusOut = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && !this.contains(event.relatedTarget)) {
      this.question = null;
    }
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const { question } = this;
    if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'Enter' && question) {
      const text = this.querySelector('input')?.value.trim() ?? '';
      this.problem = question.check(text);
      if (this.problem === '') {
        this.close();
        question.accept(text);
      }
    } else {
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
