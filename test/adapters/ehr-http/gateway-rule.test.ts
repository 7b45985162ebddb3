/** What products before a server say in its place, each with the one rule that it means. */
import { expect, test } from 'vitest';
import { ruleOfGateway, ruleOfRedirect } from '#src/adapters/ehr-http/gateway-rule.ts';
import type { Rule } from '#src/errors/rules/table.ts';

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';
const F5 = '<html><body>The requested URL was rejected. Please consult with your administrator. Your support ID is: 14';
const INVALID = '<title>fhir.example | 526: Invalid SSL certificate</title>';

test.for<[status: number, contentType: string, text: string, rule: Rule | undefined]>([
  [200, HTML, F5, 'network.web-firewall'],
  [403, HTML, '<html><title>Just a moment...</title>', 'network.web-firewall'],
  [403, HTML, '<title>Attention Required! | Cloudflare</title>', 'network.web-firewall'],
  [403, HTML, '<title>Access denied | x.example used Cloudflare to restrict access</title>', 'network.web-firewall'],
  [200, HTML, 'Request unsuccessful. Incapsula incident ID: 4-1', 'network.web-firewall'],
  [403, HTML, '<H1>Access Denied</H1>Reference&#32;&#35;18.2f', 'network.web-firewall'],
  [403, 'text/plain; charset=UTF-8', 'error code: 1020', 'network.web-firewall'],
  [502, 'text/plain; charset=UTF-8', 'error code: 502', undefined],
  [403, HTML, '<title>ERROR</title>Access control configuration prevents your request', 'network.web-firewall'],
  [200, HTML, '<title>Web Page Blocked</title>', 'network.web-firewall'],
  [403, HTML, 'Access to the web page you were trying to visit has been blocked', 'network.web-firewall'],
  [403, HTML, '<h2>The request is blocked.</h2>', 'network.web-firewall'],
  [403, HTML, '<h2>The request could not be satisfied.</h2><hr>Request blocked.', 'network.web-firewall'],
  [200, HTML, '<h1>Sign in</h1>This page needs cookies. Do not let them be blocked', undefined],
  [200, HTML, '<h1>Sign in</h1>This site needs pop-ups, make sure they are not blocked', undefined],
  // Of the server itself, and of Akamai that does not reach it.
  [403, HTML, 'Please quote Reference #12345', undefined],
  [503, HTML, 'Service Unavailable - DNS failure. Reference&#32;&#35;11&#46;2d', undefined],
  [200, HTML, '<h1>Sign in</h1>Reference #18', undefined],
  // In UTF-16 and UTF-32, with and without a mark of their order; then a zip file and a picture.
  [200, JSON_TYPE, '\ufffd\ufffd{\0', 'network.utf-16'],
  [200, JSON_TYPE, '\ufffd\ufffd\0{', 'network.utf-16'],
  [200, JSON_TYPE, '{\0"\0', 'network.utf-16'],
  [200, JSON_TYPE, '\0\0\ufffd\ufffd\0\0\0{', 'network.utf-16'],
  [200, JSON_TYPE, 'PK\x03\x04\x14\0\x08', undefined],
  [200, JSON_TYPE, '\ufffdPNG\r\n\x1a\n\0\0\0', undefined],
  [403, HTML, '<h1>403 Forbidden</h1><hr>nginx', undefined],
  [400, JSON_TYPE, `{"said":"${F5.slice(12, 60)}"}`, undefined],
  [526, HTML, INVALID, 'tls.behind-gateway'],
  [525, HTML, '', 'tls.behind-gateway'],
  [502, HTML, INVALID, undefined],
  [400, HTML, '<center>No required SSL certificate was sent</center>', 'tls.client-certificate'],
  [400, HTML, '<title>400 The SSL certificate error</title>', 'tls.client-certificate'],
  [403, HTML, '<h2>403 - A client certificate is required</h2>', 'tls.client-certificate'],
  [401, JSON_TYPE, '{"message":"Access denied due to missing subscription key."}', 'network.gateway-key'],
  [401, JSON_TYPE, '{"fault":{"faultstring":"Failed to resolve API Key variable"}}', 'network.gateway-key'],
  [403, JSON_TYPE, '{"fault":{"faultstring":"Invalid ApiKey for given resource"}}', 'network.gateway-key'],
  [400, JSON_TYPE, '{"message":"No API key"}', undefined],
  [401, HTML, 'How to get an API key', undefined],
  [401, JSON_TYPE, '{"error":"invalid_client","error_description":"No key of this kid"}', undefined],
  [407, HTML, '', 'network.proxy-sign-in'],
  [400, HTML, '<h2>Bad Request - Invalid Hostname</h2>', 'network.unknown-host'],
  [404, HTML, '<title>Error 404</title><h1>404 Web Site not found.</h1>', 'network.unknown-host'],
  [404, HTML, '<h1>No such page</h1>', undefined],
  [404, HTML, '<h4>The request filtering module is configured to deny a request.</h4>', 'fhir.firewall'],
  [403, JSON_TYPE, '{"message":"Out of call volume quota. Quota will be replenished in 12:01:00."}', 'network.quota'],
  [200, JSON_TYPE, '{"quota":1}', undefined],
  [500, JSON_TYPE, '{"message":"Disk quota exceeded"}', undefined],
  [403, JSON_TYPE, '{"message":"The referral quota of this clinic is reached"}', undefined],
])('%s %s %s', ([status, contentType, text, rule]) => {
  expect(ruleOfGateway({ status, contentType, text })).toBe(rule);
});

test.for<[to: string, rule: Rule | undefined]>([
  ['https://gateway.zscloud.net/', 'network.proxy-sign-in'],
  ['https://gateway.zscalertwo.net:8443/', 'network.proxy-sign-in'],
  ['https://fhir.example/vpn/index.html', 'network.proxy-sign-in'],
  ['https://fhir.example/my.policy', 'network.proxy-sign-in'],
  ['https://fhir.example/dana-na/auth/url_default/welcome.cgi', 'network.proxy-sign-in'],
  ['https://login.microsoftonline.com/', undefined],
  ['https://zscloud.net.example.com/', undefined],
  ['https://notzscloud.net/', undefined],
  ['https://fhir.example/vpn/index.htmlx', undefined],
  ['https://fhir.example/r4/my.policy', undefined],
  ['not a URL', undefined],
])('a redirect to %s', ([to, rule]) => {
  expect(ruleOfRedirect(URL.parse(to))).toBe(rule);
});
