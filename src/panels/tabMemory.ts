import { reportFailure } from '../mlflow/failures';
import { fieldsOf, isText, listOf } from '../mlflow/shape';
import type { PageName } from '../protocol/pages';
import type { Persistence } from '../state/viewState';

/** An open tab: which page, how it is called, what it shows. */
export interface OpenTab {
  name: PageName;
  title: string;
  args: unknown;
}

const STORAGE_KEY = 'mlflowLens.tabs';
/** More tabs than this are not looked after. */
const MOST = 50;

/**
 * What the open tabs show. A page keeps its arguments itself, in VS Code's state of a webview; but one that has not
 * come so far (it was opened in the background, or the window ended while it loaded) has none, and VS Code then brings
 * back a tab that knows nothing but its title.
 */
export class TabMemory {
  /** Of the window before, that VS Code has not brought back yet: it does so when a tab is looked at. */
  private readonly before: OpenTab[];
  private ended = false;

  constructor(private readonly persistence: Persistence) {
    this.before = listOf(persistence.get(STORAGE_KEY), isOpenTab);
  }

  /** @param own what the page kept itself, which goes first; undefined where it kept nothing */
  take(name: PageName, title: string, own: unknown): unknown {
    const same = (tab: OpenTab): boolean => tab.name === name && tab.title === title;
    const its = JSON.stringify(own);
    const exact = this.before.findIndex((tab) => same(tab) && JSON.stringify(tab.args) === its);
    const at = exact >= 0 ? exact : this.before.findIndex(same);
    const [found] = at < 0 ? [] : this.before.splice(at, 1);
    return own === undefined || own === null ? found?.args : own;
  }

  /** @param open all tabs that are there now */
  keep(open: readonly OpenTab[]): void {
    if (this.ended) {
      return;
    }
    try {
      const tabs = [...this.before, ...open].slice(-MOST);
      this.persistence.update(STORAGE_KEY, tabs).then(undefined, reportFailure);
    } catch (error) {
      reportFailure(error);
    }
  }

  /** The window ends: what closes from now on was open. */
  end(): void {
    this.ended = true;
  }
}

function isOpenTab(value: unknown): value is OpenTab {
  const { name, title } = fieldsOf(value);
  return isText(name) && isText(title);
}
