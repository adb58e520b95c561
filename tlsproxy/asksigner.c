/* asksigner: see asksigner.h. Believes the signer's lengths no more than its
 * own row does: they are checked. */
#include <string.h>

#include "asksigner.h"
#include "msgs.h"

int
ask_signer(uint32_t ask, uint32_t answer, const struct sign_req *req,
    const uint8_t *text, uint8_t *sig, size_t *len)
{
	static uint8_t msg[sizeof(struct sign_req) + SIGN_TEXT_MAX];
	static struct sign_resp r;
	ssize_t n;

	if (req->len > SIGN_TEXT_MAX)
		return -1;
	memcpy(msg, req, sizeof(*req));
	memcpy(msg + sizeof(*req), text, req->len);
	n = imsg_call(P_signer, ask, msg, sizeof(*req) + req->len, answer, &r,
	    sizeof(r), SIGN_MS);
	if (n < (ssize_t)SIGN_RESP_LEN(&(struct sign_resp){ 0 }) ||
	    r.result != SIGN_OK || r.len > SIG_MAX ||
	    (size_t)n != SIGN_RESP_LEN(&r))
		return -1;
	memcpy(sig, r.sig, r.len);
	*len = r.len;
	return 0;
}
