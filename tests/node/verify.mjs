// Verifiers of webhooks as npm has them. Reads a list of questions as JSON, writes the list of their answers.
import {createHmac} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

// The packages stand in a folder of their own, named by the environment.
const require = createRequire(pathToFileURL(join(process.env.KOPILKA_NODE_MODULES, 'package.json')));
const loaded = {
  shopify: () => {
    require('@shopify/shopify-api/adapters/node');
    return require('@shopify/shopify-api');
  },
  standardwebhooks: () => require('standardwebhooks'),
  svix: () => require('svix'),
};

async function shopify({secret, body, headers}) {
  const {shopifyApi, ApiVersion} = loaded.shopify();
  const versions = Object.values(ApiVersion).filter((each) => each !== 'unstable').sort();
  const api = shopifyApi({
    apiKey: 'key', apiSecretKey: secret, hostName: 'kopilka.example', apiVersion: versions.at(-1), isEmbeddedApp: false,
    logger: {log: () => {}},
  });
  const found = await api.webhooks.validate({rawBody: body, rawRequest: {method: 'POST', url: '/', headers}, rawResponse: {}});
  return found.valid ? 'valid' : found.reason;
}

function verified(name) {
  return ({secret, body, headers}) => {
    const {Webhook} = loaded[name]();
    try {
      new Webhook(secret).verify(body, headers);
      return 'valid';
    } catch (error) {
      return error.message;
    }
  };
}

const answers = {
  shopify,
  standardwebhooks: verified('standardwebhooks'),
  svix: verified('svix'),
  hmac: ({secret, body}) => createHmac('sha256', secret).update(body, 'utf8').digest('base64'),
};

const questions = JSON.parse(readFileSync(0, 'utf8'));
const said = [];
for (const question of questions) {
  said.push(await answers[question.ask](question));
}
process.stdout.write(JSON.stringify(said));
