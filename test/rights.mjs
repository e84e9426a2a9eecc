// Who may do what, written by hand and never computed from the program's own
// tables: by family of routes, role, and whose row it is, the answer that must
// come. test/http/matrix.mjs asks the running server for every one of them. A
// route that no family covers fails there; whoever adds a module adds its
// families here.
//
// The rule behind it: a right that is not held is 403; a row out of reach is
// 404, or 403 where it may be read and not written; strangers are sent to sign
// in (303 for a page, 401 for what is sent and for the API).

const everybody = 'admin leader inspector ien coordinator expert researcher partner teacher head host';
const all = `stranger ${everybody}`;

// A cell is [a row of one's own, a stranger's row, no row]. yes: it is done, or
// refused only for what was typed (see answers).
const yes = 'yes', no = 403, gone = 404, sign = 'sign in';

// Where a role stands in the demonstration: the field of the person that says
// on what the grant is. All others stand everywhere.
let typed = 0;
export const place = {
  ien: 'area', coordinator: 'area', partner: 'organisation',
  teacher: 'school', head: 'school', host: 'school',
};

// Which rows are one's own. me: the person's row; schools: those of one's area.
const schoolOf = {
  ien: (s, me) => s.circonscription === me.area,
  coordinator: (s, me) => s.bassin === me.area,
  teacher: (s, me) => s.id === me.school,
  head: (s, me) => s.id === me.school,
  host: (s, me) => s.id === me.school,
};
const never = () => false;
export const own = {
  school: (role, s, me) => (schoolOf[role] ?? never)(s, me),
  class: (role, k, me, school) => (schoolOf[role] ?? never)(school(k.school), me),
  person: (role, p, me, school) => p.id === me.id
    || (place[role] === 'area' && p.area === me.area)
    || (p.school != null && (schoolOf[role] ?? never)(school(p.school), me)),
};

own.deployment = (role, d, me, school) => (schoolOf[role] ?? never)(school(d.school), me);
own.feedback = (role, f, me, school, rows) =>
  own.deployment(role, rows.deployment.find((d) => d.id === f.deployment), me, school);
own.advice = (role, a, me, school) => a.person === me.id
  || (a.school != null && (schoolOf[role] ?? never)(school(a.school), me));
// What joins two rows is read by who reads both.
own.filiation = (role, f, me, school, rows) => ['advice', 'deployment'].every((kind) =>
  [f[`from_${kind}`], f[`to_${kind}`]].every((end) => end == null
    || own[kind](role, rows[kind].find((x) => x.id === end), me, school, rows)));

// A laboratory is of a bassin, and in a school or an organisation; what stands
// under it is of it.
own.lab = (role, l, me, school) => (role === 'coordinator' ? l.bassin === me.area
  : role === 'host' ? l.school === me.school : false);
const lab = (rows, id) => rows.lab.find((l) => l.id === id);
for (const under of ['space', 'opening', 'pause', 'coordination', 'equipment', 'waiting_rule'])
  own[under] = (role, x, me, school, rows) => own.lab(role, lab(rows, x.lab), me);
own.visit = (role, v, me, school, rows) => own.lab(role, lab(rows, v.lab), me)
  || (role !== 'host' && v.school !== null && (schoolOf[role] ?? never)(school(v.school), me))
  || (role === 'host' && v.school === me.school);
own.slot = (role, s, me, school, rows) =>
  own.visit(role, rows.visit.find((v) => v.id === s.visit), me, school, rows);
own.series = own.visit;
own.kit = (role, k, me, school, rows) => own.lab(role, lab(rows, k.lab), me);
own.tour = (role, t, me, school, rows) => own.kit(role, rows.kit.find((k) => k.id === t.kit), me, school, rows);
own.stop = (role, s, me, school, rows) => (schoolOf[role] ?? never)(school(s.school), me)
  || own.tour(role, rows.tour.find((t) => t.id === s.tour), me, school, rows);
own.custody = (role, k, me, school, rows) => (k.school !== null && (schoolOf[role] ?? never)(school(k.school), me))
  || own.tour(role, rows.tour.find((t) => t.id === k.tour), me, school, rows);
own.waiting = (role, w, me, school, rows) => own.visit(role, w, me, school, rows) || w.person === me.id;

for (const under of ['agreement', 'review', 'outing']) own[under] = own.slot;

const open = { [all]: [yes, yes, yes] };

// Who edits the portfolio.
const editors = {
  stranger: [sign, sign, sign],
  'admin leader coordinator': [yes, yes, yes],
  'inspector ien expert researcher partner teacher head host': [no, no, no],
};
// Those of a place see what lies there, whoever it is by.
const nearby = {
  stranger: [sign, sign, sign],
  'admin leader inspector expert researcher': [yes, yes, yes],
  'ien coordinator teacher head host': [yes, gone, yes],
  partner: [no, no, no],
};
// Who reads and who keeps the laboratory's own files.
const team = {
  stranger: [sign, sign, sign],
  'admin leader inspector coordinator expert researcher': [yes, yes, yes],
  'ien partner teacher head host': [no, no, no],
};
const watchers = {
  stranger: [sign, sign, sign],
  'admin leader coordinator expert': [yes, yes, yes],
  'inspector ien researcher partner teacher head host': [no, no, no],
};
const gateReaders = {
  stranger: [sign, sign, sign],
  'admin leader inspector ien coordinator expert researcher': [yes, yes, yes],
  'partner teacher head host': [no, no, no],
};
const deciders = {
  stranger: [sign, sign, sign],
  'admin leader': [yes, yes, yes],
  'inspector ien coordinator expert researcher partner teacher head host': [no, no, no],
};

// Tables of records. read and write say who; steps by name.
export const records = [
  {
    name: 'schools', path: '/etablissements', api: 'school',
    read: open,
    write: {
      stranger: [sign, sign, sign],
      admin: [yes, yes, yes],
      coordinator: [yes, no, yes],
      'leader inspector ien expert researcher partner teacher head host': [no, no, no],
    },
  },
  {
    name: 'classes', path: '/classes', api: 'class',
    read: nearby,
    write: {
      stranger: [sign, sign, sign],
      admin: [yes, yes, yes],
      'coordinator teacher head': [yes, gone, yes],
      'leader inspector ien expert researcher partner host': [no, no, no],
    },
  },
  {
    name: 'people', path: '/personnes', api: 'person',
    read: {
      stranger: [sign, sign, sign],
      'admin leader': [yes, yes, yes],
      coordinator: [yes, gone, yes],
      'inspector ien expert researcher partner teacher head host': [no, no, no],
    },
    write: {
      stranger: [sign, sign, sign],
      admin: [yes, yes, yes],
      coordinator: [yes, gone, yes],
      'leader inspector ien expert researcher partner teacher head host': [no, no, no],
    },
  },
  {
    name: 'areas', path: '/territoires', api: 'area',
    read: open,
    write: {
      stranger: [sign, sign, sign],
      admin: [yes, yes, yes],
      'leader inspector ien coordinator expert researcher partner teacher head host': [no, no, no],
    },
  },
  {
    name: 'organisations', path: '/organisations', api: 'organisation',
    read: open,
    write: editors,
  },
  ...[
    ['axes', '/axes', 'axis'], ['objectives', '/objectifs', 'objective'],
    ['policies', '/politiques', 'policy'], ['programmes', '/programmes', 'programme'],
    ['services', '/services', 'service'],
  ].map(([name, path, api]) => ({
    name, path, api,
    read: open,
    write: {
      stranger: [sign, sign, sign],
      'admin leader': [yes, yes, yes],
      'inspector ien coordinator expert researcher partner teacher head host': [no, no, no],
    },
  })),
  ...[
    ['projects', '/projets', 'project'],
    ['services a project has been through', '/passages', 'project_service'],
    ['partners of a project', '/partenaires-de-projet', 'project_partner'],
  ].map(([name, path, api]) => ({
    name, path, api,
    read: open,
    write: editors,
    steps: api !== 'project' ? undefined : {
      study: {
        stranger: [sign, sign, sign],
        'admin leader coordinator': [yes, yes, yes],
        'inspector ien expert researcher partner teacher head host': [no, no, no],
      },
      'design trial deploy rework finish hold stop resume': {
        stranger: [sign, sign, sign],
        'admin leader': [yes, yes, yes],
        'inspector ien coordinator expert researcher partner teacher head host': [no, no, no],
      },
    },
  })),
  {
    name: 'members of a project', path: '/membres-de-projet', api: 'project_member',
    read: {
      stranger: [sign, sign, sign],
      'admin leader inspector ien coordinator expert': [yes, yes, yes],
      'researcher partner teacher head host': [no, no, no],
    },
    write: editors,
  },
  {
    name: 'documents', path: '/documents', api: 'document', files: ['file'],
    read: {
      stranger: [sign, sign, sign],
      [everybody]: [yes, yes, yes],
    },
    write: editors,
  },
  {
    name: 'notes de veille', path: '/veille', api: 'signal', text: 'title',
    read: team, write: watchers,
    steps: { 'keep watch drop reopen follow': watchers },
    from: { follow: ['new', 'watched', 'kept'], keep: ['new', 'watched'], watch: ['new', 'kept'], drop: ['new', 'watched', 'kept'],
      reopen: ['dropped'] },
  },
  {
    name: 'filiation', path: '/filiations', api: 'filiation', text: 'why',
    read: {
      stranger: [sign, sign, sign],
      'admin leader inspector expert researcher': [yes, yes, yes],
      coordinator: [yes, gone, yes],
      'ien partner teacher head host': [no, no, no],
    },
    write: {
      stranger: [sign, sign, sign],
      'admin leader expert': [yes, yes, yes],
      coordinator: [yes, gone, yes],
      'inspector ien researcher partner teacher head host': [no, no, no],
    },
  },
  {
    name: 'requests for advice', path: '/conseils', api: 'advice', text: 'need', files: ['file'],
    read: nearby,
    write: {
      stranger: [sign, sign, sign],
      'admin leader expert': [yes, yes, yes],
      coordinator: [yes, gone, yes],
      'inspector ien researcher partner teacher head host': [no, no, no],
    },
    steps: {
      'take answer close withdraw reopen': {
        stranger: [sign, sign, sign],
        'admin leader expert': [yes, yes, yes],
        coordinator: [yes, gone, yes],
        'inspector ien researcher partner teacher head host': [no, no, no],
      },
    },
    from: { take: ['new'], answer: ['new', 'taken'], close: ['answered'],
      withdraw: ['new', 'taken'], reopen: ['answered', 'closed', 'withdrawn'] },
  },
  {
    name: 'co-design sessions', path: '/seances', api: 'design', text: 'title',
    read: open,
    write: editors,
  },
  {
    name: 'evidence', path: '/preuves', api: 'evidence', text: 'statement', files: ['file'],
    read: open,
    write: {
      stranger: [sign, sign, sign],
      'admin leader coordinator expert researcher': [yes, yes, yes],
      'inspector ien partner teacher head host': [no, no, no],
    },
  },
  {
    name: 'criteria of gates', path: '/criteres', api: 'criterion', text: 'label',
    read: open,
    write: {
      stranger: [sign, sign, sign],
      'admin leader': [yes, yes, yes],
      'inspector ien coordinator expert researcher partner teacher head host': [no, no, no],
    },
  },
  {
    name: 'gates', path: '/jalons', api: 'gate', text: 'name',
    read: gateReaders, write: deciders,
    steps: { 'open waive go conditions hold recycle stop cancel publish unpublish': deciders },
    from: { open: ['prepared'], waive: ['prepared'], go: ['open'], conditions: ['open'], hold: ['open'],
      recycle: ['open'], stop: ['open'], cancel: ['prepared', 'open'],
      // Without a reason neither of them goes.
      publish: [], unpublish: [] },
  },
  {
    name: 'criteria of one gate', path: '/criteres-de-jalon', api: 'gate_criterion', text: 'label',
    read: gateReaders, write: deciders,
  },
  {
    name: 'committees', path: '/membres-de-jalon', api: 'gate_member', text: 'role',
    read: gateReaders, write: deciders,
    steps: {
      'declare vote_go vote_conditions vote_hold vote_recycle vote_stop vote_abstain': gateReaders,
    },
    // Without a reason none of them goes.
    from: { declare: [], vote_go: [], vote_conditions: [], vote_hold: [], vote_recycle: [],
      vote_stop: [], vote_abstain: [] },
  },
  {
    name: 'conditions', path: '/conditions-de-jalon', api: 'gate_condition', text: 'text',
    read: gateReaders, write: deciders,
    steps: {
      meet: {
        stranger: [sign, sign, sign],
        'admin leader coordinator': [yes, yes, yes],
        'inspector ien expert researcher partner teacher head host': [no, no, no],
      },
      'drop reopen': deciders,
    },
    from: { meet: ['open'], drop: ['open'], reopen: ['met', 'dropped'] },
  },
  ...[
    ['deployments', '/deploiements', 'deployment', 'tool'],
    ['returns', '/retours', 'feedback', 'obstacles'],
  ].map(([name, path, api, text]) => ({
    name, path, api, text,
    read: nearby,
    write: api === 'deployment' ? {
      stranger: [sign, sign, sign],
      'admin leader': [yes, yes, yes],
      coordinator: [yes, gone, yes],
      'inspector ien expert researcher partner teacher head host': [no, no, no],
    } : {
      stranger: [sign, sign, sign],
      admin: [yes, yes, yes],
      'coordinator teacher head': [yes, gone, yes],
      'leader inspector ien expert researcher partner host': [no, no, no],
    },
  })),
];

records.push(
  { name: 'closures', path: '/calendrier-scolaire', api: 'closure', text: 'name',
    read: open, write: deciders },
  { name: 'times on the road', path: '/temps-de-route', api: 'road', text: 'start',
    read: {
      stranger: [sign, sign, sign],
      'admin leader inspector ien coordinator teacher head host': [yes, yes, yes],
      'expert researcher partner': [no, no, no],
    },
    write: deciders },
  // Nobody keeps a thing by hand, nor an agenda but by one's own page.
  ...[['holds', 'hold', 'owner'], ['agendas', 'feed']].map(([name, api, text]) => ({
    name, api, text,
    read: {
      stranger: [sign, sign, sign], admin: [yes, yes, yes],
      'leader inspector ien coordinator expert researcher partner teacher head host': [no, no, no],
    },
    write: { stranger: [sign, sign, sign], [everybody]: [no, no, no] },
  })),
  ...[
    ['labs', '/laboratoires', 'lab', 'name'], ['spaces', '/espaces', 'space', 'name'],
    ['openings', '/ouvertures', 'opening'], ['closures of labs', '/fermetures', 'pause', 'name'],
    ['coordination of labs', '/coordinations', 'coordination'],
    ['equipment on show', '/materiels-presentes', 'equipment', 'name'],
    ['rules of waiting lists', '/regles-attente', 'waiting_rule', 'hours'],
  ].map(([name, path, api, text]) => ({
    name, path, api, text,
    read: api !== 'coordination' ? open : {
      stranger: [sign, sign, sign],
      'admin leader inspector': [yes, yes, yes],
      'ien coordinator host': [yes, gone, yes],
      'expert researcher partner teacher head': [no, no, no],
    },
    write: {
      stranger: [sign, sign, sign],
      'admin leader': [yes, yes, yes],
      coordinator: [yes, api === 'coordination' ? gone : no, yes],
      'inspector ien expert researcher partner teacher head host': [no, no, no],
    },
  })),
  {
    name: 'cases', path: '/valises', api: 'kit', text: 'name',
    read: open,
    write: {
      stranger: [sign, sign, sign],
      admin: [yes, yes, yes],
      'coordinator host': [yes, no, yes],
      'leader inspector ien expert researcher partner teacher head': [no, no, no],
    },
  },
  ...[
    ['visits', '/accueils', 'visit', 'title'], ['half-days', '/demi-journees', 'slot', 'address'],
    ['series', '/series', 'series', 'title'], ['the waiting list', '/attente', 'waiting', 'asker'],
    ['tours', '/tournees', 'tour', 'title'], ['stops of tours', '/etapes-tournee', 'stop', 'contact'],
    ['handovers of cases', '/remises', 'custody', 'remark'],
  ].map(([name, path, api, text]) => ({
    name, path, api, text,
    read: {
      stranger: [sign, sign, sign],
      'admin leader inspector': [yes, yes, yes],
      'ien coordinator teacher head host': [yes, gone, yes],
      'expert researcher partner': [no, no, no],
    },
    write: {
      stranger: [sign, sign, sign],
      admin: [yes, yes, yes],
      'coordinator host': [yes, gone, yes],
      'leader inspector ien expert researcher partner teacher head': [no, no, no],
    },
    ...(api === 'visit' && {
      steps: {
        'confirm hold hold_late miss cancel reopen ask_again correct': {
          stranger: [sign, sign, sign],
          admin: [yes, yes, yes],
          'coordinator host': [yes, gone, yes],
          'leader inspector ien expert researcher partner teacher head': [no, no, no],
        },
        // Whoever reads it may have asked for it; others are refused by the step.
        withdraw: {
          stranger: [sign, sign, sign],
          'admin leader inspector': [yes, yes, yes],
          'ien coordinator teacher head host': [yes, gone, yes],
          'expert researcher partner': [no, no, no],
        },
      },
      from: { withdraw: ['asked', 'confirmed'], confirm: ['asked'], hold: ['confirmed'], hold_late: ['confirmed'], miss: ['confirmed'],
        cancel: ['asked', 'confirmed'], reopen: ['cancelled', 'missed'],
        ask_again: ['cancelled', 'missed'], correct: ['held'] },
    }),
    ...(api === 'tour' && {
      steps: {
        'plan close rework cancel': {
          stranger: [sign, sign, sign],
          admin: [yes, yes, yes],
          'coordinator host': [yes, gone, yes],
          'leader inspector ien expert researcher partner teacher head': [no, no, no],
        },
      },
      from: { plan: ['draft'], close: ['planned'], rework: ['planned', 'cancelled'],
        cancel: ['draft', 'planned'] },
    }),
    ...(api === 'waiting' && {
      steps: {
        'withdraw accept wait_again': {
          stranger: [sign, sign, sign],
          admin: [yes, yes, yes],
          'coordinator teacher head host': [yes, gone, yes],
          'leader inspector ien expert researcher partner': [no, no, no],
        },
        lapse: {
          stranger: [sign, sign, sign],
          admin: [yes, yes, yes],
          'coordinator host': [yes, gone, yes],
          'leader inspector ien expert researcher partner teacher head': [no, no, no],
        },
      },
      from: { withdraw: ['waiting', 'offered'], accept: ['offered'], lapse: ['offered'],
        wait_again: ['lapsed', 'withdrawn'] },
    }),
  })),
);

// What stands under a visit is read as it is.
const ofVisits = {
  stranger: [sign, sign, sign],
  'admin leader inspector': [yes, yes, yes],
  'ien coordinator teacher head host': [yes, gone, yes],
  'expert researcher partner': [no, no, no],
};
const receives = {
  stranger: [sign, sign, sign],
  admin: [yes, yes, yes],
  'coordinator host': [yes, gone, yes],
  'leader inspector ien expert researcher partner teacher head': [no, no, no],
};
records.push(
  {
    name: 'agreements of heads', path: '/accords', api: 'agreement', text: 'email',
    read: ofVisits, write: receives,
    steps: {
      'agree refuse': {
        stranger: [sign, sign, sign],
        admin: [yes, yes, yes],
        'coordinator head host': [yes, gone, yes],
        'leader inspector ien expert researcher partner teacher': [no, no, no],
      },
      revoke: receives,
    },
    from: { agree: ['asked'], refuse: ['asked'], revoke: ['asked', 'agreed'] },
  },
  { name: 'reviews of visits', path: '/avis-accueils', api: 'review', text: 'other',
    read: ofVisits, write: receives },
  {
    name: 'outing sheets', path: '/sorties', api: 'outing', text: 'leaves', read: ofVisits,
    write: {
      stranger: [sign, sign, sign],
      admin: [yes, yes, yes],
      'coordinator teacher head host': [yes, gone, yes],
      'leader inspector ien expert researcher partner': [no, no, no],
    },
  },
);

// The routes of such a table, and what a yes looks like. What is sent is wrong
// on purpose (a text too long, a version of long ago), so that a yes changes
// nothing. Of a row that is locked its form is not shown, but why: 409.
export const actions = [
  ['GET', '', 'read', 'none', 200], ['GET', '.csv', 'read', 'none', 200],
  ['GET', '.json', 'read', 'none', 200],
  ['GET', '/:id', 'read', 'row', 200], ['GET', '/:id.json', 'read', 'row', 200],
  ['GET', '/supprimees', 'write', 'none', 200], ['GET', '/nouveau', 'write', 'none', 200], ['POST', '', 'write', 'none', 422],
  ['GET', '/:id/modifier', 'write', 'row', [200, 409]], ['POST', '/:id/modifier', 'write', 'row', 422],
  ['POST', '/:id/suppression', 'write', 'row', 409],
  ['GET', '/:id/historique', 'write', 'row', 200],
  ['POST', '/:id/restauration', 'write', 'row', 422],
];
export const apiActions = [
  ['GET', '', 'read', 'none', 200], ['GET', '/:id', 'read', 'row', 200],
  ['POST', '', 'write', 'none', 422], ['PATCH', '/:id', 'write', 'row', 422],
  ['DELETE', '/:id', 'write', 'row', 409],
];
// Where a field is a file: under its row, in its past, and sent by the API (an
// empty body, so that a yes is a 422).
export const fileActions = (field) => [
  ['GET', `/:id/fichier/${field}`, 'read', 'row', [200, 404]],
  ['GET', '/:id/historique/fichiers/:file', 'write', 'row', 404],
];
export const apiFileActions = (field) => [
  ['GET', `/:id/files/${field}`, 'read', 'row', [200, 404]],
  ['POST', '/files', 'write', 'none', 422],
];
// A step is sent without its reason, or from a state it does not start from.
export const stepAnswers = [409, 422];

// Everything else, route by route: what is sent, and the answer of each role.
const importers = (page) => ({
  stranger: sign,
  'admin leader coordinator': page,
  'inspector ien expert researcher partner teacher head host': no,
});
export const others = [
  {
    name: 'pages for everybody',
    routes: ['GET /', 'GET /entrer', 'GET /recherche', 'GET /chiffres', 'GET /chiffres/:figure',
      'GET /carte', 'GET /strategie', 'GET /accessibilite', 'GET /mentions',
      'GET /donnees-personnelles', 'GET /aide', 'GET /plan', 'GET /journal/tete', 'GET /readyz',
      'GET /api/openapi.json', 'GET /api/v1/figure', 'GET /api/v1/figure/:figure'],
    forms: ['GET /chiffres.csv', 'GET /chiffres.json', 'GET /journal/tete.json'],
    answers: { [all]: 200 },
  },
  { name: 'the language', routes: ['GET /langue/:code'], answers: { [all]: 303 } },
  {
    name: 'signing in with a wrong password', routes: ['POST /entrer'],
    // Each as another: many wrong ones for one account are 429.
    send: { get email() { return `nobody-${++typed}@demo.example`; }, password: 'wrong' },
    answers: { [all]: 422 },
  },
  {
    name: 'a button for a role that does not exist', routes: ['POST /entrer/demonstration'],
    send: { role: 'emperor' }, answers: { [all]: 422 },
  },
  {
    name: 'who may do what', routes: ['GET /roles'], forms: ['GET /roles.json'],
    answers: { stranger: sign, [everybody]: 200 },
  },
  // Of a person of one's own and of a stranger's. What is sent names no role,
  // or one that was never given: a yes is refused only for that.
  ...[
    ['the roles of a person', 'GET /personnes/:id/roles', 200, 200],
    ['giving a role', 'POST /personnes/:id/roles', 422, 422],
    ['ending a role', 'POST /personnes/:id/roles/:grant/fin', gone, gone],
    ['closing an account without a tick', 'POST /personnes/:id/fermeture', 422, 422],
    ['the roles of a person by the API', 'GET /api/v1/person/:id/roles', 200, 200],
    ['giving a role by the API', 'POST /api/v1/person/:id/roles', 422, 422],
    ['ending a role by the API', 'DELETE /api/v1/person/:id/roles/:grant', gone, gone],
  ].map(([name, route, own_, theirs]) => ({
    name, routes: [route], row: 'person',
    answers: {
      stranger: [sign, sign],
      'admin leader': [own_, theirs],
      coordinator: [own_, gone],
      'inspector ien expert researcher partner teacher head host': [no, no],
    },
  })),
  {
    name: 'what everybody may know of the portfolio',
    routes: ['GET /projets/arretes', 'GET /decisions', 'GET /demander-conseil',
      'GET /demander-conseil/merci'],
    answers: { [all]: 200 },
  },
  { name: 'how far a project has spread', routes: ['GET /projets/:id/essaimage',
    'GET /projets/:id/essaimage/etablissements'],
    which: ['project', () => true], answers: { [all]: 200 } },
  { name: 'a public decision', routes: ['GET /decisions/:id'],
    which: ['gate', (g) => g.published && g.state === 'go'], answers: { [all]: 200 } },
  {
    name: 'a decision that is not public', routes: ['GET /decisions/:id'],
    which: ['gate', (g) => !g.published && g.state === 'recycle'],
    answers: {
      'admin leader inspector ien coordinator expert researcher': 200,
      'stranger partner teacher head host': gone,
    },
  },
  {
    name: 'what waits for a decision', routes: ['GET /jalons/a-decider'],
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator expert researcher': 200,
      'partner teacher head host': no,
    },
  },
  {
    name: 'a vote without an opinion', routes: ['POST /jalons/:id/avis'],
    which: ['gate', (g) => g.state === 'open'],
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator expert researcher': [409, 422],
      'partner teacher head host': no,
    },
  },
  {
    name: 'a decision on an old version', routes: ['POST /jalons/:id/decision'],
    which: ['gate', (g) => g.state === 'open'], send: { _version: '999999' },
    answers: {
      stranger: sign,
      'admin leader': 409,
      'inspector ien coordinator expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'a finding of nothing', routes: ['POST /api/v1/gate_criterion/:id/constat'],
    which: ['gate_criterion', () => true],
    answers: {
      stranger: sign,
      'admin leader': 422,
      'inspector ien coordinator expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'a note de veille that becomes nothing', routes: ['POST /veille/:id/projet'],
    which: ['signal', () => true],
    answers: {
      stranger: sign,
      'admin leader coordinator': 422,
      'inspector ien expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'advice without a school that becomes nothing', routes: ['POST /conseils/:id/projet'],
    which: ['advice', (a) => a.school === null && a.person === null],
    answers: {
      stranger: sign,
      'admin leader': 422,
      coordinator: gone,
      'inspector ien expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'the queue of advice', routes: ['GET /conseils/file'],
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator expert researcher teacher head host': 200,
      partner: no,
    },
  },
  {
    name: 'work that was given up', routes: ['GET /travaux'],
    answers: {
      stranger: sign,
      admin: 200,
      'leader inspector ien coordinator expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'mail', routes: ['GET /courriels'],
    answers: {
      stranger: sign,
      admin: 200,
      'leader inspector ien coordinator expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'mail that nobody wrote',
    routes: ['GET /courriels/:mail', 'POST /courriels/:mail/renvoi', 'POST /courriels/:mail/oubli'],
    answers: {
      stranger: sign,
      admin: gone,
      'leader inspector ien coordinator expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'work that nobody gave up', routes: ['POST /travaux/:task/vu'],
    answers: {
      stranger: sign,
      admin: gone,
      'leader inspector ien coordinator expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'the week of the laboratories', routes: ['GET /ma-semaine'],
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator teacher head host': 200,
      'expert researcher partner': no,
    },
  },
  ...[
    ['changing no date of a series', 'GET /series/:id/changer', 200],
    ['moving no date of a series', 'POST /series/:id/changer', 422],
    ['booking no date of a series', 'POST /series/:id/reserver', 422],
    ['cancelling dates of a series for no reason', 'POST /series/:id/annuler', 422],
    ['moving none by the API', 'POST /api/v1/series/:id/changer', 422],
    ['booking none by the API', 'POST /api/v1/series/:id/reserver', 422],
    ['cancelling some by the API for no reason', 'POST /api/v1/series/:id/annuler', 422],
  ].map(([name, route, done]) => ({
    name, routes: [route], row: 'series',
    answers: {
      stranger: [sign, sign],
      admin: [done, done],
      'coordinator host': [done, gone],
      'leader inspector ien expert researcher partner teacher head': [no, no],
    },
  })),
  {
    name: 'the dates of a series by the API', routes: ['GET /api/v1/series/:id/dates'], row: 'series',
    answers: {
      stranger: [sign, sign],
      'admin leader inspector': [200, 200],
      'ien coordinator teacher head host': [200, gone],
      'expert researcher partner': [no, no],
    },
  },
  {
    name: 'the network in figures, and whom it reaches', routes: ['GET /reseau', 'GET /territoire'],
    forms: ['GET /reseau.csv', 'GET /territoire.csv'],
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator': 200,
      'expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'one’s own school', routes: ['GET /mon-etablissement'],
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator teacher head host': 200,
      'expert researcher partner': no,
    },
  },
  {
    name: 'one’s agendas', routes: ['GET /mes-agendas'],
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator teacher head host': 200,
      'expert researcher partner': no,
    },
  },
  {
    name: 'an agenda of nothing', routes: ['POST /mes-agendas'], send: { agenda: 'nothing' },
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator teacher head host': gone,
      'expert researcher partner': no,
    },
  },
  {
    name: 'ending an agenda that is not there', routes: ['POST /mes-agendas/:id/fin'], unknown: true,
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator teacher head host': gone,
      'expert researcher partner': no,
    },
  },
  { name: 'an agenda of no address', routes: ['GET /agendas/:secret'], unknown: true, answers: { [all]: gone } },
  { name: 'the chronology of the network', routes: ['GET /laboratoires/chronologie'], answers: { [all]: 200 } },
  { name: 'the week of the network', routes: ['GET /laboratoires/calendrier', 'GET /laboratoires/calendrier.pdf'], answers: { [all]: 200 } },
  { name: 'the calendar of a laboratory', routes: ['GET /laboratoires/:id/calendrier', 'GET /laboratoires/:id/calendrier.pdf'],
    which: ['lab', () => true], answers: { [all]: 200 } },
  {
    name: 'the sheet of a day', routes: ['GET /feuille-de-route', 'GET /feuille-de-route.pdf'],
    answers: {
      stranger: sign,
      'admin leader inspector ien coordinator teacher head host': 200,
      'expert researcher partner': no,
    },
  },
  {
    name: 'the shortest order of a tour', routes: ['POST /tournees/:id/ordonner'], row: 'tour',
    answers: {
      stranger: [sign, sign],
      admin: [303, 422],
      coordinator: [422, gone],
      host: [gone, gone],
      'leader inspector ien expert researcher partner teacher head': [no, no],
    },
  },
  { name: 'the form of a waiting list',
    routes: ['GET /laboratoires/:id/attente', 'GET /laboratoires/:id/attente/inscrit'],
    which: ['lab', () => true], answers: { [all]: 200 } },
  { name: 'waiting for nothing', routes: ['POST /laboratoires/:id/attente'],
    which: ['lab', () => true], answers: { [all]: 422 } },
  {
    name: 'offering what is free', routes: ['POST /laboratoires/:id/attente/proposer'], row: 'lab',
    answers: {
      stranger: [sign, sign],
      admin: [303, 303],
      coordinator: [303, no],
      host: [gone, no],
      'leader inspector ien expert researcher partner teacher head': [no, no],
    },
  },
  { name: 'an offer by a link that is none', routes: ['GET /proposition/:offer', 'POST /proposition/:offer'],
    answers: { [all]: gone } },
  { name: 'asking a laboratory for no half-day',
    routes: ['GET /laboratoires/:id/demande', 'POST /laboratoires/:id/demande',
      'GET /laboratoires/:id/demande/envoyee'],
    which: ['lab', () => true], answers: { [all]: 303 } },
  {
    name: 'which class of its list a request means', routes: ['POST /accueils/:id/classe'], row: 'visit',
    answers: {
      stranger: [sign, sign],
      admin: [422, 422],
      coordinator: [422, gone],
      host: [422, gone],
      'leader inspector ien expert researcher partner teacher head': [no, no],
    },
  },
  {
    name: 'the sheet of a visit', routes: ['GET /accueils/:id/sortie', 'GET /accueils/:id/sortie.pdf'], row: 'visit',
    answers: {
      stranger: [sign, sign],
      'admin leader inspector': [200, 200],
      'ien coordinator teacher head host': [200, gone],
      'expert researcher partner': [no, no],
    },
  },
  {
    name: 'what those say who came to a laboratory', routes: ['GET /laboratoires/:id/avis'], row: 'lab',
    answers: {
      stranger: [sign, sign],
      'admin leader inspector': [200, 200],
      'coordinator host': [200, no],
      'ien teacher head': [no, no],
      'expert researcher partner': [no, no],
    },
  },
  { name: 'a link that nobody sent',
    routes: ['GET /ne-plus-recevoir/:secret', 'POST /ne-plus-recevoir/:secret', 'GET /accord/:secret', 'POST /accord/:secret', 'GET /ma-demande/:secret', 'POST /ma-demande/:secret', 'GET /mon-attente/:secret', 'POST /mon-attente/:secret', 'GET /fiche-sortie/:secret', 'GET /fiche-sortie/:secret/pdf', 'GET /votre-avis/:secret', 'POST /votre-avis/:secret', 'GET /documents-remis/:secret/:document/file', 'GET /documents-remis/:secret/file'],
    answers: { [all]: gone } },
  { name: 'asking for nothing', routes: ['POST /demander-conseil'], answers: { [all]: 422 } },
  {
    name: 'deployments in many schools', routes: ['GET /deploiements/liste'],
    answers: {
      stranger: sign,
      'admin leader coordinator': 200,
      'inspector ien expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'deployments in no school', routes: ['POST /deploiements/liste'],
    answers: {
      stranger: sign,
      'admin leader coordinator': 422,
      'inspector ien expert researcher partner teacher head host': no,
    },
  },
  {
    name: 'freezing a figure', routes: ['POST /chiffres/:figure/instantane'],
    answers: {
      stranger: sign,
      'admin leader': 303,
      'inspector ien coordinator expert researcher partner teacher head host': no,
    },
  },
  { name: 'the list of imports', routes: ['GET /imports'], answers: importers(200) },
  {
    name: 'the administrator\'s import of schools',
    routes: ['GET /imports/:import', 'GET /api/v1/import/:import'],
    forms: ['GET /imports/:import.csv', 'GET /imports/:import.json'],
    answers: {
      stranger: sign,
      admin: 200,
      coordinator: gone,
      'leader inspector ien expert researcher partner teacher head host': no,
    },
  },
  // Of an entity that does not exist: who may import is told so.
  { name: 'sending a file', routes: ['POST /imports', 'POST /api/v1/import'], send: { entity: 'nothing' },
    answers: importers(422) },
  {
    name: 'an import that does not exist',
    routes: ['POST /imports/:import/colonnes', 'POST /imports/:import/application',
      'POST /imports/:import/annulation', 'POST /imports/:import/arret',
      'POST /api/v1/import/:import/application', 'POST /api/v1/import/:import/annulation',
      'POST /api/v1/import/:import/arret'],
    unknown: true, answers: importers(gone),
  },
  { name: 'signing out', routes: ['POST /sortir', 'POST /sortir/partout'], last: true, answers: { [all]: 303 } },
];

// The cell of a role in a table keyed by lists of roles; throws where the
// hand that wrote it has forgotten one.
export function cell(table, role) {
  const keys = Object.keys(table).filter((k) => k.split(' ').includes(role));
  if (keys.length !== 1) throw new Error(`${role} stands ${keys.length} times in a table`);
  return table[keys[0]];
}
