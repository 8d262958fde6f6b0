// An identity provider, as it is sold: certified for OpenID Connect. Who asks to be ana is ana.
import http from 'node:http'
import Provider from 'oidc-provider'

const { CONSOLE, PORT, SECRET } = process.env
const issuer = `http://localhost:${PORT}` // another site than the console, as in life
const scope = 'openid email profile'

const provider = new Provider(issuer, {
  clients: [{ client_id: 'crashcart', client_secret: SECRET, redirect_uris: [`${CONSOLE}/sign-in/return`] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
  cookies: { keys: ['of a test'] },
  features: { devInteractions: { enabled: false } },
  pkce: { methods: ['S256'], required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true, groups: ['sre'] }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
    grant.addOIDCScope(scope)
    await grant.save()
    return grant
  },
})

const answer = provider.callback()
http.createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) {
    answer(request, response)
  } else if (request.method === 'GET') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end('<!doctype html><title>The house</title><h1>The house</h1><form method="post"><label>Name <input name="name"></label><button>Enter</button></form>')
  } else {
    let body = ''
    for await (const piece of request) body += piece
    await provider.interactionFinished(request, response, { login: { accountId: new URLSearchParams(body).get('name') } })
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log('ready'))
