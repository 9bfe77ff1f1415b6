/** What is signed anew for a provider is taken by the provider's own library, given the same secret, and only then. */
import { verify as verifyGithub } from '@octokit/webhooks-methods';
import { validateSignature } from '@line/bot-sdk';
import { Paddle } from '@paddle/paddle-node-sdk';
import { isValidSlackRequest } from '@slack/bolt';
import Razorpay from 'razorpay';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import twilio from 'twilio';
import { expect, test } from '../harness/bench';
import { type Came, target } from '../harness/wire';

/** Whether the library takes it, at this URL of the receiver's; one that throws refuses. */
type Taken = (body: string, headers: Record<string, string>, secret: string, url: string) => unknown;

const KEY = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

const LIBRARIES: Record<string, { secret: string; taken: Taken }> = {
  stripe: {
    secret: 'whsec_of_one_endpoint',
    taken: (body, headers, secret) =>
      new Stripe('sk_test_none').webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret),
  },
  svix: { secret: KEY, taken: (body, headers, secret) => new SvixWebhook(secret).verify(body, headers) },
  standardwebhooks: {
    secret: KEY,
    taken: (body, headers, secret) => new StandardWebhook(secret).verify(body, headers),
  },
  github: {
    secret: "It's a Secret to Everybody",
    taken: (body, headers, secret) => verifyGithub(secret, body, headers['x-hub-signature-256'] ?? ''),
  },
  line: {
    secret: '8c570fa6dd201bb328f1c1eac23a96d8',
    taken: (body, headers, secret) => validateSignature(body, secret, headers['x-line-signature'] ?? ''),
  },
  razorpay: {
    secret: 'of the webhook',
    taken: (body, headers, secret) =>
      Razorpay.validateWebhookSignature(body, headers['x-razorpay-signature'] ?? '', secret),
  },
  paddle: {
    secret: 'pdl_ntfset_01hbench_of_one_destination',
    taken: (body, headers, secret) =>
      new Paddle('none').webhooks.isSignatureValid(body, secret, headers['paddle-signature'] ?? ''),
  },
  slack: {
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    taken: (body, headers, secret) =>
      isValidSlackRequest({
        signingSecret: secret,
        body,
        headers: {
          'x-slack-signature': headers['x-slack-signature'] ?? '',
          'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
        },
      }),
  },
  twilio: {
    secret: '12345678901234567890123456789012',
    taken: (body, headers, secret, url) =>
      twilio.validateRequest(
        secret,
        headers['x-twilio-signature'] ?? '',
        url,
        Object.fromEntries(new URLSearchParams(body)),
      ),
  },
};

async function isTaken(
  taken: Taken,
  came: Came,
  body: string,
  secret: string,
  url: string,
): Promise<boolean> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(came.headers)) headers[name] = String(value);
  try {
    return (await taken(body, headers, secret, url)) !== false;
  } catch {
    return false;
  }
}

for (const [provider, { secret, taken }] of Object.entries(LIBRARIES))
  test(`the library of ${provider} takes what is signed anew with its secret`, async ({ bench }) => {
    const dev = await target();
    const { run } = bench.program;
    await run('endpoint', 'add', '/in', '--provider', provider);
    await run('secret', 'set', '/in', secret);
    await bench.shows('endpoint', '/in');
    const sample = /^ *sample ([^:\s]+)/m.exec(await run('providers', provider))?.[1] ?? '';
    await run('send', '--provider', provider, '--sample', sample, '--to', `${bench.listener}/in`);
    const id = (await bench.at('request-row').first().getAttribute('data-id')) ?? '';
    await run('resend', id, '--to', dev.url, '--resign');
    const came = dev.came[0];
    if (came === undefined) throw new Error('nothing came');
    const body = came.body.toString();
    const url = `${dev.url}${came.url}`;
    const isSo = (body: string, secret: string): Promise<boolean> => isTaken(taken, came, body, secret, url);
    expect(await isSo(body, secret), 'with the secret').toBe(true);
    // Of the same form where it has one.
    const another = secret === KEY ? KEY.replace('MDEy', 'MDEz') : 'another';
    expect(await isSo(body, another), 'with another secret').toBe(false);
    expect(await isSo(`${body}x`, secret), 'with another body').toBe(false);
    await dev.close();
  });
