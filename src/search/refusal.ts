import { StoreError } from '../mlflow/errors';
import { SearchError } from './syntax';

/**
 * What `parse` makes of a text in the search language.
 *
 * @throws StoreError INVALID_PARAMETER_VALUE where it refuses, with the place in the text as details {from, to}
 */
export function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SearchError) {
      const { message, from, to } = error;
      throw new StoreError('INVALID_PARAMETER_VALUE', message, { from, to });
    }
    throw error;
  }
}
