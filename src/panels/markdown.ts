import type { PageServices } from './page';

/**
 * Characters that are rendered at once. VS Code's renderer runs in the extension host's own thread and takes up to 3 µs
 * for each; MLflow itself keeps notes of at most 8,000.
 */
const LONGEST = 32 * 1024;

/** Markdown as HTML; null where nobody renders it, or where it is too long: then it is shown as it is written. */
export async function renderedMarkdown(
  text: string,
  { renderMarkdown }: Pick<PageServices, 'renderMarkdown'>,
): Promise<string | null> {
  return renderMarkdown && text.length <= LONGEST ? renderMarkdown(text) : null;
}
