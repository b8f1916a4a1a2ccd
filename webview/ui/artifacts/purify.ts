import DOMPurify, { type DOMPurify as Purifier } from 'dompurify';

/** Attributes that hold an address, or several. Those of others are no addresses, whatever they look like. */
const ADDRESSES = new Set(
  'action archive background cite classid code codebase data dynsrc formaction href icon imagesrcset longdesc lowsrc manifest ping poster profile src srcset usemap xlink:href'.split(
    ' ',
  ),
);
/** Attributes of SVG that may hold `url(…)`. */
const PAINT = new Set(
  'clip-path cursor fill filter marker marker-end marker-mid marker-start mask stroke'.split(' '),
);

/**
 * A DOMPurify whose elements keep an address only where `isAllowed` says so; addresses of parts of the same document
 * are allowed in what paints. (Its option ALLOWED_URI_REGEXP asks that of every attribute's value: `start`, `width`
 * and the points of a path go with the links.)
 */
export function purifier(isAllowed: (address: string, element: Element) => boolean): Purifier {
  const purify = DOMPurify(window);
  purify.addHook('uponSanitizeAttribute', (element, attribute) => {
    const { attrName: name, attrValue: value } = attribute;
    if ((ADDRESSES.has(name) && !isAllowed(value, element)) || (PAINT.has(name) && !paintsByItself(value))) {
      attribute.keepAttr = false;
    }
  });
  return purify;
}

/** Whether each `url(…)` is of the same document; a backslash could write one that is not seen. */
function paintsByItself(value: string): boolean {
  const [, ...addresses] = value.split(/url\(/i);
  return !value.includes('\\') && addresses.every((address) => /^\s*["']?#/.test(address));
}
