import type { ArtifactRequests } from '../../../src/protocol/artifacts';
import type { CommonRequests } from '../../../src/protocol/pages';
import type { ArtifactHost } from './host';

type Requests = ArtifactRequests & CommonRequests;
type Ask = <Name extends keyof Requests>(
  name: Name,
  params: Requests[Name]['params'],
  signal?: AbortSignal,
) => Promise<Requests[Name]['result']>;

/** The artifact browser's host, by its page's connection. @param failed told of a copy that did not work */
export function artifactHost(ask: Ask, failed: (error: unknown) => void): ArtifactHost {
  return {
    list: (place) => ask('listArtifacts', place),
    preview: (request, signal) => ask('previewArtifact', request, signal),
    readImage: (place, signal) => ask('readImage', place, signal),
    act: (place, action) => ask('artifactAction', { ...place, action }),
    copy: (text, what) => {
      ask('copyText', { text, what }).catch(failed);
    },
  };
}
