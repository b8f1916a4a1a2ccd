import { html, nothing, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';

/** A codicon. With a label it speaks for itself; without, it is decoration beside a text. */
export function icon(name: string, label?: string): TemplateResult {
  return html`<span
    class="codicon codicon-${name}"
    role=${label ? 'img' : nothing}
    aria-label=${label ?? nothing}
    title=${label ?? nothing}
    aria-hidden=${label ? nothing : 'true'}
  ></span>`;
}

export interface IconButtonOptions {
  /** For a toggle. */
  pressed?: boolean;
  /** More class names. */
  className?: string;
  disabled?: boolean;
  /** Does nothing now, but keeps the focus. */
  unavailable?: boolean;
}

/** A button that is an icon alone. The label may hold a store's text. */
export function iconButton(
  name: string,
  label: string,
  onClick: (event: MouseEvent) => void,
  { pressed, className = '', disabled = false, unavailable = false }: IconButtonOptions = {},
): TemplateResult {
  const spoken = plainText(label);
  return html`<button
    type="button"
    class="icon-button ${className}"
    title=${spoken}
    aria-label=${spoken}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    aria-disabled=${unavailable ? 'true' : nothing}
    ?disabled=${disabled}
    @click=${onClick}
  >
    ${icon(name)}
  </button>`;
}
