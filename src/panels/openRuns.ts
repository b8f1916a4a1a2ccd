import type { Run } from '../mlflow/entities';
import { plainText } from '../mlflow/format';
import { labelOf, nameOfRun, tellApart } from '../mlflow/tellApart';
import { metricRank } from '../state/metricRank';
import type { ViewState } from '../state/viewState';

/** A run whose page is open in a tab. */
interface OpenRun {
  run: Run;
  experiment: string;
  setTitle(title: string): void;
}

/** The pages of runs that are open in this window: tabs of runs of one name are told apart. */
export class OpenRuns {
  private static readonly known = new WeakMap<ViewState, OpenRuns>();
  private readonly tabs = new Map<object, OpenRun>();

  /** Those of the window that has this state. */
  static of(state: ViewState): OpenRuns {
    const known = OpenRuns.known.get(state) ?? new OpenRuns();
    OpenRuns.known.set(state, known);
    return known;
  }

  /** Names a tab, and those whose names are told apart from it now. @param tab the same object for the same tab */
  show(tab: object, run: OpenRun): void {
    this.tabs.set(tab, run);
    this.nameTabs();
  }

  close(tab: object): void {
    if (this.tabs.delete(tab)) {
      this.nameTabs();
    }
  }

  private nameTabs(): void {
    const open = [...this.tabs.values()];
    const apart = tellApart(
      open.map(({ run }) => run),
      metricRank,
    );
    open.forEach((tab, index) => {
      const { run, experiment } = tab;
      const name = labelOf(plainText(nameOfRun(run.info), 60), apart[index] ?? null);
      tab.setTitle(`${name} · ${plainText(experiment, 60)}`);
    });
  }
}
