import * as assert from 'node:assert/strict';
import { metricText } from '../../../src/mlflow/units';

describe('the value of a metric', () => {
  for (const [key, value, text] of [
    ['model_bytes', 129_664, '126.6 KiB'],
    ['model_size_bytes', 812, '812 B'],
    ['system/cpu_utilization_percentage', 12.34, '12.34%'],
    ['system/disk_usage_megabytes', 1024.5, '1,024.5 MB'],
    ['megabytes_seen', 3, '3'],
    ['system/gpu_0_power_usage_watts', 70, '70 W'],
    ['fit_seconds', 7.1, '7.1'],
    ['model_bytes', NaN, 'NaN'],
    ['model_bytes', null, '–'],
  ] as const) {
    it(`${key} of ${value} is ${text}`, () => assert.equal(metricText(key, value), text));
  }
});
