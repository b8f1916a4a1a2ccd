import * as assert from 'node:assert/strict';
import { runOfProject, sourceLabel, sourceOf, sourcePlace } from '../../../src/mlflow/origin';

const tags = (values: Record<string, string>): { key: string; value: string }[] =>
  Object.entries(values).map(([key, value]) => ({ key: `mlflow.${key}`, value }));

describe('the source of a run', () => {
  it('that mlflow run recorded as a file:// URI is the path of the project', () => {
    assert.equal(sourcePlace('file:///home/ada/rides'), '/home/ada/rides');
    assert.equal(sourcePlace('file:///home/ada/rides#jobs/night ride'), '/home/ada/rides/jobs/night ride');
    assert.equal(sourcePlace('file:///home/ada/100%20rides/#a#b'), '/home/ada/100%20rides/a#b');
    // As MLflow 3.17.2 records a URI that is typed in /home/ada.
    assert.equal(sourcePlace('/home/ada/file:/srv/rides#jobs'), '/srv/rides/jobs');
  });

  it('is as it was recorded where it is no such URI', () => {
    for (const name of [
      'train.py',
      '/home/ada/no git',
      'https://host/a/rides#jobs',
      'git@host:a/b.git',
      '',
    ]) {
      assert.equal(sourcePlace(name), name);
    }
  });

  it('is called by its last part, a folder of a repository by both', () => {
    assert.equal(sourceLabel('file:///home/ada/rides#jobs/night ride'), 'rides/jobs/night ride');
    assert.equal(sourceLabel('file:///home/ada/rides'), 'rides');
    assert.equal(sourceLabel('https://host/a/rides'), 'rides');
    assert.equal(sourceLabel('C:\\work\\train.py'), 'train.py');
    assert.equal(sourceLabel('src/train.py'), 'src/train.py');
    assert.equal(sourceLabel('/'), '/');
  });

  it('says which entry point of a project ran, and nothing where none is recorded', () => {
    const project = { 'source.type': 'PROJECT', 'source.name': 'file:///home/ada/rides#jobs' };
    assert.deepEqual(sourceOf(tags({ ...project, 'project.entryPoint': 'evaluate' })), {
      label: 'rides/jobs, evaluate',
      whole: 'the MLflow project /home/ada/rides/jobs, entry point evaluate',
    });
    assert.deepEqual(sourceOf(tags({ ...project, 'project.entryPoint': 'main' }))?.label, 'rides/jobs');
    assert.deepEqual(sourceOf(tags({ 'source.type': 'LOCAL', 'source.name': '/home/ada/train.py' })), {
      label: 'train.py',
      whole: '/home/ada/train.py',
    });
    assert.equal(sourceOf(tags({ 'source.type': 'LOCAL' })), null);
    assert.equal(sourceOf([]), null);
    assert.equal(runOfProject(tags({ 'source.type': 'LOCAL' })), null);
  });
});
