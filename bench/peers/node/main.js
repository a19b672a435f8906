#!/usr/bin/env node
// The naive handler (bench/peers/naive) in Node.js, with the core of the vendor's SDK: 100 desktops at a time, one call
// after the other, no observation of what it stops. Function Compute's own runtime for Node.js polls for invocations; here
// the file does that itself, as Go functions do.
import http from 'node:http'
import { text } from 'node:stream/consumers'
import openapi from '@alicloud/openapi-client'
import openapiUtil from '@alicloud/openapi-util'
import { RuntimeOptions } from '@alicloud/tea-util'

const { default: Client, Config, Params, OpenApiRequest } = openapi

async function handle(event, key) {
  let stopped = 0
  for (let i = 0; i < event.DesktopId.length; i += 100) {
    const ids = event.DesktopId.slice(i, i + 100)
    await stop(key, event.RegionId, ids)
    stopped += ids.length
  }
  return { Stopped: stopped }
}

async function stop(key, regionId, ids) {
  // The emulator's endpoint is http://127.0.0.1:port.
  const [protocol, endpoint] = process.env.EDS_ENDPOINT.split('://')
  const client = new Client(new Config({ ...key, regionId, protocol, endpoint }))
  const query = openapiUtil.default.query({ RegionId: regionId, DesktopId: ids })
  await client.callApi(new Params({
    action: 'StopDesktops', version: '2020-09-30', protocol: 'HTTPS', pathname: '/', method: 'POST',
    authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json',
  }), new OpenApiRequest({ query }), new RuntimeOptions({}))
}

const agent = new http.Agent({ keepAlive: true })
const invocations = `http://${process.env.FC_RUNTIME_API}/2020-11-11/runtime/invocation/`

async function exchange(method, path, body) {
  const [response] = await new Promise((resolve, reject) => {
    http.request(invocations + path, { method, agent }, (r) => resolve([r])).on('error', reject).end(body)
  })
  return { headers: response.headers, body: await text(response) }
}

for (;;) {
  const { headers, body } = await exchange('GET', 'next')
  const id = headers['x-fc-request-id']
  try {
    const answer = await handle(JSON.parse(body), {
      accessKeyId: headers['x-fc-access-key-id'],
      accessKeySecret: headers['x-fc-access-key-secret'],
      securityToken: headers['x-fc-security-token'],
    })
    await exchange('POST', `${id}/response`, JSON.stringify(answer))
  } catch (e) {
    await exchange('POST', `${id}/error`, JSON.stringify({ errorType: e.name, errorMessage: e.message }))
  }
}
