import DOMPurify from 'dompurify';
import { Marked } from 'marked';

/** Headings stand below those of the page. */
const lowest = 6;
const marked = new Marked({
  gfm: true,
  // HTML in it is left out before anything parses it, and of a picture its words stay.
  renderer: { html: () => '', image: ({ text }) => text.replaceAll('<', '&lt;') },
  walkTokens: (token) => {
    if (token.type === 'heading') token.depth = Math.min(token.depth + 2, lowest);
  },
});

const tags = [
  ...[
    'p',
    'br',
    'hr',
    'h3',
    'h4',
    'h5',
    'h6',
    'ul',
    'ol',
    'li',
    'blockquote',
    'pre',
    'code',
    'strong',
    'em',
    'del',
  ],
  ...['a', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

/** Of links: to other pages and to people, in a tab of their own, so that the drawing stays. */
function openElsewhere(node: Element): void {
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
}

/**
 * Markdown as HTML that may stand in the page. Whoever writes it is an admin, but what is pasted may come from anywhere:
 * no scripts, styles, forms or pictures from elsewhere.
 */
export function rendered(markdown: string): string {
  const html = marked.parse(markdown, { async: false });
  DOMPurify.addHook('afterSanitizeAttributes', openElsewhere);
  try {
    return DOMPurify.sanitize(html, {
      ALLOWED_TAGS: tags,
      ALLOWED_ATTR: ['href', 'align', 'start', 'target', 'rel'],
      ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    });
  } finally {
    DOMPurify.removeHook('afterSanitizeAttributes', openElsewhere);
  }
}
