import { noChange, type ElementPart } from 'lit';
import { Directive, directive, PartType, type PartInfo } from 'lit/directive.js';

/**
 * Sets CSS properties through the DOM: `<span ${styles({ width: '3px' })}>`. lit's own styleMap writes a `style`
 * attribute at the first drawing, which our content security policy blocks.
 */
class StylesDirective extends Directive {
  private names: string[] = [];

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) {
      throw new Error('styles() stands in the tag itself, not in an attribute.');
    }
  }

  render(_properties: Readonly<Record<string, string>>): symbol {
    return noChange;
  }

  override update(part: ElementPart, [properties]: [Readonly<Record<string, string>>]): symbol {
    const { style } = part.element as HTMLElement;
    for (const name of this.names) {
      if (!Object.hasOwn(properties, name)) {
        style.removeProperty(name);
      }
    }
    this.names = Object.keys(properties);
    for (const name of this.names) {
      style.setProperty(name, properties[name]!);
    }
    return noChange;
  }
}

/** Property names as in CSS (`background-color`), custom properties included. */
export const styles = directive(StylesDirective);
