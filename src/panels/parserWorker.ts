/** The worker thread that reads what artifacts and models hold: a file's author decides how long that takes. */
import { toTracedError } from '../mlflow/errors';
import { serve } from '../worker/serve';
import { parsers } from './parsers';

serve<null, typeof parsers>(() => Promise.resolve(parsers), toTracedError);
