/** Input that nobody would write by hand: real files with bytes changed, and shapes that a slow parser dies of. */
import { random } from '../support/damage';

type Random = (below: number) => number;

const MLMODEL = `artifact_path: model
flavors:
  python_function:
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.sklearn
  sklearn: {sklearn_version: 1.5.0, pickled_model: model.pkl}
model_size_bytes: 1234
saved_input_example_info: {artifact_path: input_example.json, type: dataframe}
signature:
  inputs: '[{"type": "double", "name": "x", "required": true}, {"type": "long", "name": "y"}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
`;

/** Sound files, by the name that decides how each is read. */
const FILES: Record<string, string> = {
  MLmodel: MLMODEL,
  'conda.yaml': 'dependencies:\n  - python=3.11\n  - pip:\n      - mlflow==3.1.4\n      - numpy>=1.2,<3\n',
  'requirements.txt': 'mlflow==3.1.4\nscikit-learn[all] >=1.2 ; python_version > "3.8" # why\n-r other.txt\n',
  'eval.json': '{"columns": ["a", "b"], "data": [[1, NaN], ["x\\"y", -Infinity], [null, {"c": [1, 2]}]]}',
  'table.csv': 'a,b,c\n1,"x, ""y""",3\n4,5,6\n',
  'notes.md': '# Run\n\n- [a](https://example.org)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n',
  'report.html':
    '<table><tr><td style="background: url(a.png)">1</td></tr></table><svg><path d="M0 0h9"/></svg>',
  'cells.ipynb':
    '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1\\n"], "outputs": [{"output_type": "stream", "text": ["1\\n"]}]}]}',
  'config.yaml': 'defaults: &d {lr: 0.1}\nmodel:\n  <<: *d\n  layers: [1, 2, 3]\n',
};

const PROGRAMS: string[] = [
  'import mlflow\nLR = 0.1\nwith mlflow.start_run():\n    mlflow.log_param("lr", LR)\n    mlflow.log_params({"a": 1, **{"b": [1, 2]}})\n',
  'import argparse, mlflow\np = argparse.ArgumentParser()\np.add_argument("--lr", type=float, default=0.1)\nargs = p.parse_args()\nmlflow.log_params(vars(args))\n',
  'import yaml, mlflow\ncfg = yaml.safe_load(open("config.yaml"))\nfor k, v in cfg.items():\n    mlflow.log_param(f"cfg.{k}", v)\n',
  'import mlflow\nfrom sklearn.linear_model import Lasso\nmlflow.autolog()\nfor a in [x / 10 for x in range(5)]:\n    Lasso(alpha=a).fit(X, y)\n',
];

/** Short pieces that, many times over, are what slow patterns and parsers were seen to die of. */
const PIECES = [
  ' ', '\t', '\n', '\r', '[', '{', '(', '"', "'", '\\', '-', '- ', 'a: ', '&a ', '*a ', '#', ',', ';', '=', 'url(',
  '<a ', '`', '|', '[](', '![', '* ', '> ', '\u202e', '\ud83d', '%', '..', '/', '<!--', '1e', '"a":', '{"a":', '\u0000',
]; // prettier-ignore

const SIZES = [100, 3_000, 50_000];

/** A text with this number: a sound one changed, or one of a piece many times. */
function changed(sound: string, rnd: Random): string {
  switch (rnd(5)) {
    case 0: {
      const bytes = Buffer.from(sound);
      for (let i = 1 + rnd(6); i > 0; i--) {
        bytes[rnd(bytes.length)] = rnd(256);
      }
      return bytes.toString('latin1');
    }
    case 1: {
      const at = rnd(sound.length);
      return (
        sound.slice(0, at) + PIECES[rnd(PIECES.length)]!.repeat(SIZES[rnd(SIZES.length)]!) + sound.slice(at)
      );
    }
    case 2: {
      const at = rnd(sound.length);
      const piece = sound.slice(at, at + 1 + rnd(30));
      return sound.slice(0, at) + piece.repeat(SIZES[rnd(SIZES.length)]!) + sound.slice(at);
    }
    case 3:
      return sound.slice(0, rnd(sound.length));
    default: {
      const [a, b] = [PIECES[rnd(PIECES.length)]!, PIECES[rnd(PIECES.length)]!];
      return (a + b).repeat(SIZES[rnd(SIZES.length)]!);
    }
  }
}

/** The artifact with this number. */
export function hostileArtifact(seed: number): { name: string; bytes: Buffer } {
  const rnd = random(seed);
  const names = Object.keys(FILES);
  const name = names[rnd(names.length)]!;
  return { name, bytes: Buffer.from(changed(FILES[name]!, rnd)) };
}

/** The program with this number. */
export function hostileProgram(seed: number): string {
  const rnd = random(seed);
  return changed(PROGRAMS[rnd(PROGRAMS.length)]!, rnd);
}

const TEXTS: Record<string, string> = {
  link: 'vscode://mlflow-lens.mlflow-lens/run?store=sqlite:///a/b~20c.db&runId=0123456789abcdef',
  uri: 'postgresql+psycopg2://user:secret@host:5432/db?sslmode=require',
  env: 'export MLFLOW_TRACKING_URI="sqlite:///a.db" # local\nOTHER=1\n',
  python: 'import mlflow\nmlflow.set_tracking_uri("sqlite:///runs/mlflow.db")\n',
  filter: "metrics.rmse < 3 AND (params.`a b` LIKE '%x%' OR tags.t != 'y') ORDER",
};

/** The text with this number, and what it is read as. */
export function hostileText(seed: number): { kind: string; text: string } {
  const rnd = random(seed);
  const kinds = Object.keys(TEXTS);
  const kind = kinds[rnd(kinds.length)]!;
  return { kind, text: changed(TEXTS[kind]!, rnd) };
}
