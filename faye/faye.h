/* SPDX-License-Identifier: MIT */

#pragma once

#define FAYE_INSIDE

#include <faye/faye-enums.h>
#include <faye/faye-error.h>
#include <faye/faye-extension-session.h>
#include <faye/faye-extension-task.h>
#include <faye/faye-extension.h>
#include <faye/faye-message.h>
#include <faye/faye-permessage-deflate.h>
#include <faye/faye-proxy.h>
#include <faye/faye-tls.h>
#include <faye/faye-types.h>
#include <faye/faye-version.h>
#include <faye/faye-web-socket-client.h>
#include <faye/faye-web-socket.h>

#include <faye/faye-enum-types.h>

#undef FAYE_INSIDE
