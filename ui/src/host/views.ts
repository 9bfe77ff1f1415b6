/** What the program tells, as simple as it can be, for tests: each says itself only what it is about. */
import type { DeliveryView } from '../bindings/DeliveryView';
import type { EndpointView } from '../bindings/EndpointView';
import type { LimitView } from '../bindings/LimitView';
import type { PreviewView } from '../bindings/PreviewView';
import type { ProviderView } from '../bindings/ProviderView';
import type { RequestDetail } from '../bindings/RequestDetail';
import type { RequestRow } from '../bindings/RequestRow';
import type { RulesView } from '../bindings/RulesView';
import type { RunView } from '../bindings/RunView';
import type { SchemeFormView } from '../bindings/SchemeFormView';
import type { SignatureView } from '../bindings/SignatureView';
import type { StorageView } from '../bindings/StorageView';
import type { TargetView } from '../bindings/TargetView';

export function rowOf(sequence: number, change: Partial<RequestRow> = {}): RequestRow {
  return {
    id: `r${sequence}`,
    sequence,
    receivedAt: 1_795_176_251_000_000 + sequence,
    tookMicros: 3000,
    method: 'POST',
    target: '/stripe',
    version: 'HTTP/1.1',
    peer: '127.0.0.1:5000',
    endpoint: '/stripe',
    provider: 'stripe',
    event: 'invoice.paid',
    handshake: null,
    deliveryId: null,
    verdict: 'valid',
    state: 'complete',
    reason: null,
    answered: 200,
    answerSource: null,
    answerMicros: null,
    tooLateFor: null,
    bodyLength: 10,
    duplicateOf: null,
    repeatedBy: 'delivery_id',
    repeats: 0,
    deliveries: 0,
    forwarded: null,
    resent: null,
    starred: false,
    noted: false,
    tags: [],
    ambiguous: false,
    imported: null,
    ...change,
  };
}

export function formOf(change: Partial<SchemeFormView> = {}): SchemeFormView {
  return {
    id: 'acme',
    name: 'Acme',
    note: '',
    docs: '',
    places: 'header:X-Acme',
    prefix: '',
    separator: '',
    assign: '',
    key: '',
    position: null,
    trim: false,
    algorithm: 'hmac-sha256',
    encoding: 'hex',
    content: '{body}',
    decode: 'text',
    strip: '',
    secretHash: '',
    keySource: '',
    jwtAlgorithms: '',
    digest: '',
    digestHash: 'sha256',
    digestEncoding: 'hex',
    timestamp: '',
    unit: 'seconds',
    past: null,
    future: null,
    signedId: '',
    detect: '',
    event: '',
    deliveryId: '',
    beyond: [],
    ...change,
  };
}

export function signatureOf(change: Partial<SignatureView> = {}): SignatureView {
  return {
    verdict: 'valid',
    verdictNow: 'valid',
    sentence: '',
    provider: null,
    couldBe: [],
    algorithm: null,
    found: [],
    candidates: [],
    key: null,
    content: null,
    digests: null,
    age: null,
    checks: [],
    notes: [],
    ...change,
  };
}

export function detailOf(row: RequestRow, change: Partial<RequestDetail> = {}): RequestDetail {
  return {
    row,
    headers: [],
    headLength: 0,
    bodySha256: '',
    contentType: null,
    framing: {
      declaredLength: null,
      chunked: false,
      expectContinue: false,
      position: 0,
      trailers: [],
      facts: [],
      marks: [],
    },
    answer: null,
    unpacked: null,
    handshake: null,
    signature: signatureOf(),
    note: null,
    moreCovered: false,
    ...change,
  };
}

export function endpointOf(change: Partial<EndpointView> = {}): EndpointView {
  return {
    id: 'e1',
    path: '/stripe',
    provider: null,
    parameters: {},
    publicUrl: null,
    past: null,
    future: null,
    answersHandshakes: false,
    secrets: [],
    replaced: [],
    requests: 1,
    answer: null,
    fault: null,
    forwards: [],
    ...change,
  };
}

export function providerOf(id: string, name: string, change: Partial<ProviderView> = {}): ProviderView {
  return {
    id,
    name,
    docs: null,
    note: null,
    evidence: 'A',
    evidenceMeaning: 'the documentation says it',
    evidenceNote: null,
    answerWithin: null,
    signed: true,
    publicKey: false,
    keySource: null,
    parameters: [],
    samples: [],
    ...change,
  };
}

export function rulesOf(change: Partial<RulesView> = {}): RulesView {
  return {
    path: { rule: 'url' },
    headers: [],
    connectMs: null,
    firstByteMs: null,
    totalMs: null,
    trust: { of: 'system' },
    followRedirects: false,
    sendCredentials: false,
    ...change,
  };
}

export function targetOf(change: Partial<TargetView> = {}): TargetView {
  return { id: 't1', name: 'dev', url: 'http://localhost:3000', rules: rulesOf(), ...change };
}

/** The limit of bodies as it is usual. */
export function limitOf(change: Partial<LimitView> = {}): LimitView {
  return {
    name: 'body',
    title: 'Body',
    meaning: 'The longest body that is kept whole.',
    unit: 'bytes',
    value: 26_214_400,
    usual: 26_214_400,
    least: 1,
    most: 1_073_741_824,
    ...change,
  };
}

/** A store in which there is nothing, without limits. */
export function storageOf(change: Partial<StorageView> = {}): StorageView {
  return {
    requests: 0,
    bodyBytes: 0,
    databaseBytes: 0,
    freeBytes: 0,
    logBytes: 0,
    indexBytes: 0,
    spoolBytes: 0,
    oldest: null,
    exempt: 0,
    beyond: 0,
    withinADay: 0,
    limits: { requests: null, ageSeconds: null, bytes: null },
    ...change,
  };
}

/** What was sent of a request, before any attempt. */
export function deliveryOf(change: Partial<DeliveryView> = {}): DeliveryView {
  return {
    id: 'd1',
    request: 'r1',
    kind: 'resend',
    url: 'http://localhost:3000/a',
    method: 'POST',
    createdAt: 5,
    bodyLength: 0,
    withheld: [],
    target: null,
    again: null,
    run: null,
    schedule: null,
    underWay: false,
    attempts: [],
    ...change,
  };
}

/** A run that is over and went well. */
export function runOf(change: Partial<RunView> = {}): RunView {
  return {
    id: 'run-1',
    kind: 'several',
    url: 'http://localhost:3000',
    how: '',
    passed: null,
    total: 6,
    delivered: 6,
    refused: 0,
    failed: 0,
    cancelled: 0,
    skipped: 0,
    skippedBecause: null,
    unknown: 0,
    startedAt: 1_795_176_251_000_000,
    endedAt: 1_795_176_252_000_000,
    phase: 'done',
    problem: null,
    ...change,
  };
}

/** What would go to a host. */
export function previewOf(host: string, change: Partial<PreviewView> = {}): PreviewView {
  return {
    url: `https://${host}/a`,
    lines: ['POST /a HTTP/1.1', `Host: ${host}`],
    changes: [],
    bodyLength: 2,
    live: null,
    question: null,
    signatureHeaders: [],
    ids: null,
    testKey: null,
    bodyMade: null,
    check: null,
    withheld: [],
    sentOn: [],
    ...change,
  };
}
