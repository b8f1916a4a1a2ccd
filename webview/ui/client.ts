import type { PageBootstrap, PageName, WithCommon } from '../../src/protocol/pages';
import type { Encoded } from '../../src/protocol/codec';
import { PageClient, type PageProtocol } from '../../src/protocol/messages';

interface VsCodeApi {
  postMessage(message: Encoded): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What VS Code keeps of a page between hiding and showing, and over a reload of the window. */
interface StoredState {
  args: unknown;
  /** The page's own: zoom, scroll, folded sections… JSON. */
  view?: unknown;
}

/** Connects the page with its host. Call once, from the page's index.ts. */
export function connect<Name extends PageName, P extends PageProtocol>(): PageConnection<Name, P> {
  const api = acquireVsCodeApi();
  const element = document.getElementById('bootstrap');
  const bootstrap = JSON.parse(element?.textContent ?? '{}') as PageBootstrap<Name>;
  const client = new PageClient<WithCommon<P>>((message) => api.postMessage(message));
  window.addEventListener('message', (event: MessageEvent<unknown>) => client.receive(event.data));
  const stored = api.getState() as StoredState | undefined;
  // A tab that went on to something else keeps its first document, with the arguments of then.
  const args = (stored?.args ?? bootstrap.args) as PageBootstrap<Name>['args'];
  const state: StoredState = { args, view: stored?.view };
  api.setState(state);
  return {
    args,
    client,
    view: state.view,
    saveView: (view) => {
      state.view = view;
      api.setState(state);
    },
    saveArgs: (args) => {
      state.args = args;
      api.setState(state);
    },
  };
}

export interface PageConnection<Name extends PageName, P extends PageProtocol> {
  args: PageBootstrap<Name>['args'];
  client: PageClient<WithCommon<P>>;
  /** As it was kept, by this version or another: to be read by its shape. */
  readonly view: unknown;
  saveView(view: unknown): void;
  saveArgs(args: PageBootstrap<Name>['args']): void;
}
