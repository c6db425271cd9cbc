// The page in the browser: who asks is chosen first, then GraphiQL asks as that caller. Served as it stands, unbundled.
const { React, ReactDOM } = window;
const { createElement: el, useCallback, useState } = React;

/** Kept for this tab only, so that a reload goes on where one was, and nothing outlives the tab. */
const CALLER_KEY = 'explorer:caller';

/** Where GraphiQL keeps its tabs. */
const TABS_KEY = 'graphiql:tabState';

/** Who brings a token of his own: always there, and the only one where no sample tokens are handed out. */
const PASTED = { key: 'pasted', who: 'Token', name: 'your own', token: '' };

// Styles that GraphiQL's parts make as they run must carry the nonce of the page.
window.__webpack_nonce__ = document.querySelector('meta[name="style-nonce"]').content;

/** GraphiQL reads the nonce as it loads, so it comes after. */
function loadScript(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.addEventListener('load', resolve);
    script.addEventListener('error', () => reject(new Error(`${src} was not loaded`)));
    script.src = src;
    document.head.append(script);
  });
}

const outcome = document.querySelector('#outcome');

/** Just after a change of tabs GraphiQL may still name the operation of the tab before; a document of one needs no name. */
function trueName({ query, operationName }) {
  return operationName && query.includes(operationName) ? operationName : undefined;
}

/** One exchange with the service; what it took and under which number the log has it stands in the bar. */
async function ask(token, params) {
  const begun = performance.now();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ ...params, operationName: trueName(params) }),
  });
  const answer = await response.json();
  if (params.operationName !== 'IntrospectionQuery') {
    const ms = Math.round(performance.now() - begun);
    outcome.dataset.state = response.ok && answer.errors === undefined ? 'good' : 'bad';
    outcome.textContent = `${response.status} · ${ms} ms`;
    outcome.title = `request ${response.headers.get('x-request-id') ?? ''}`;
  }
  return answer;
}

/** The queries as tabs, those written for this caller first. */
function tabsFor(caller, queries) {
  const own = queries.filter((query) => query.caller === caller.key);
  const others = queries.filter((query) => query.caller !== caller.key);
  return [...own, ...others].map(({ query, variables }) => ({
    query,
    variables: Object.keys(variables).length > 0 ? JSON.stringify(variables, null, 2) : '',
  }));
}

function CallerButton({ caller, isChosen, choose }) {
  return el(
    'button',
    {
      type: 'button',
      className: 'caller',
      'aria-pressed': isChosen,
      'data-caller': caller.key,
      onClick: () => choose(caller),
    },
    el('b', null, caller.who),
    el('span', null, caller.name),
  );
}

function Card({ caller, choose }) {
  return el(
    'button',
    { type: 'button', className: 'card', 'data-card': caller.key, onClick: () => choose(caller) },
    el('span', { className: 'who' }, caller.who),
    el('strong', null, caller.name),
    el('span', { className: 'sees' }, caller.sees),
    el('span', { className: 'go' }, `Ask as ${caller.who.toLowerCase()} →`),
  );
}

function TokenForm({ choose }) {
  const [text, setText] = useState('');
  const submit = (event) => {
    event.preventDefault();
    const token = text.trim().replace(/^bearer\s+/i, '');
    if (token !== '') choose({ ...PASTED, token });
  };
  return el(
    'form',
    { className: 'paste', onSubmit: submit },
    el('label', { htmlFor: 'token' }, 'Or ask with a token of your own'),
    el('input', {
      id: 'token',
      value: text,
      placeholder: 'eyJ…',
      autoComplete: 'off',
      spellCheck: false,
      onChange: (event) => setText(event.target.value),
    }),
    el('button', { type: 'submit' }, 'Use it'),
  );
}

function Welcome({ callers, choose }) {
  const hint =
    callers.length > 0
      ? 'Each sample token shows another side of the same utility: what may not be seen looks as if it did not exist.'
      : 'Sample tokens are handed to a browser on the service’s own machine only. Paste one that the start printed.';
  return el(
    'section',
    { className: 'welcome' },
    el('h2', null, 'Who is asking?'),
    el('p', null, hint),
    el(
      'div',
      { className: 'cards' },
      callers.map((caller) => el(Card, { key: caller.key, caller, choose })),
    ),
    el(TokenForm, { choose }),
  );
}

/** The schema is the same for every caller, so what was written here stays when another one asks. */
function Workbench({ caller, queries }) {
  const [tabs] = useState(() => tabsFor(caller, queries));
  // GraphiQL fills in the variables of a tab when one turns to it, and so not those of the first.
  const [variables] = useState(() => (sessionStorage.getItem(TABS_KEY) === null ? tabs[0].variables : undefined));
  const fetcher = useCallback((params) => ask(caller.token, params), [caller]);
  return el(window.GraphiQL, {
    fetcher,
    variables,
    defaultTabs: tabs,
    storage: sessionStorage,
    isHeadersEditorEnabled: false,
    defaultEditorToolsVisibility: 'variables',
    showPersistHeadersSettings: false,
  });
}

function Explorer({ samples, bar }) {
  const { callers, queries } = samples;
  const [caller, setCaller] = useState(() => callers.find(({ key }) => key === sessionStorage.getItem(CALLER_KEY)));
  const choose = (chosen) => {
    sessionStorage.setItem(CALLER_KEY, chosen.key);
    outcome.textContent = '';
    setCaller(chosen);
  };
  if (caller === undefined) return el(Welcome, { callers, choose });
  const shown = caller.key === PASTED.key ? [...callers, caller] : callers;
  const buttons = shown.map((each) =>
    el(CallerButton, { key: each.key, caller: each, isChosen: each.key === caller.key, choose }),
  );
  return el(React.Fragment, null, ReactDOM.createPortal(buttons, bar), el(Workbench, { caller, queries }));
}

const [samples] = await Promise.all([
  fetch('/explorer/samples').then((response) => response.json()),
  loadScript('/explorer/graphiql.min.js'),
]);
const bar = document.querySelector('#callers');
ReactDOM.createRoot(document.querySelector('#explorer')).render(el(Explorer, { samples, bar }));
