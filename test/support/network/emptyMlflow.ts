import { serveWith, type Served } from './badProxy';

/** As much of MLflow's API as an empty server with basic-auth has. */
export async function emptyMlflow(user: string, password: string): Promise<Served> {
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return serveWith(({ url, headers }, _request, response) => {
    if (headers.authorization !== basic && url !== '/health') {
      response.writeHead(401, { 'content-type': 'text/html', 'www-authenticate': 'Basic realm="mlflow"' });
      response.end('You are not authenticated.');
    } else if (url.startsWith('/version')) {
      response.writeHead(200, { 'content-type': 'text/html' }).end('3.17.2');
    } else if (url.includes('/experiments/search')) {
      const experiment = {
        experiment_id: '1',
        name: 'behind the password',
        artifact_location: 'mlflow-artifacts:/1',
        lifecycle_stage: 'active',
        last_update_time: 1_700_000_000_000,
        creation_time: 1_700_000_000_000,
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ experiments: [experiment] }));
    } else if (url.startsWith('/api/2.0/mlflow/')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } else {
      response.writeHead(404, { 'content-type': 'text/html' }).end('Not Found');
    }
  });
}
